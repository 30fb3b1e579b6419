declare module 'svg-to-pdfkit' {
  /** Draws an SVG at a place of the page. */
  export default function addSvg(
    ...parameters: readonly [
      document: PDFKit.PDFDocument,
      svg: string,
      left: number,
      top: number,
      options: { readonly assumePt?: boolean; readonly fontCallback?: () => string },
    ]
  ): void;
}
