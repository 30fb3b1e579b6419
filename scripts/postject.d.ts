declare module 'postject' {
  /** Puts a resource into an executable file. */
  export function inject(
    ...parameters: readonly [
      file: string,
      resource: string,
      data: Uint8Array,
      options: { readonly sentinelFuse: string; readonly machoSegmentName: string },
    ]
  ): Promise<void>;
}
