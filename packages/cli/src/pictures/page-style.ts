/** The style of the page; it keeps to the colours of the drawing. */
export const pageStyle = `
:root { color-scheme: light; font: 14px/1.4 system-ui, Arial, sans-serif; color: #1c2733; }
body { margin: 0; height: 100vh; display: grid; grid-template: auto 1fr / 17rem 1fr; }
header { grid-column: 1 / 3; display: flex; flex-wrap: wrap; gap: 0 1.2rem; align-items: center; padding: .4rem .8rem; border-bottom: 1px solid #b8c4d4; background: #eef2f7; }
h1 { font-size: 1.1rem; margin: 0; }
h2 { font-size: 1.05rem; margin: .2rem 0; }
h3 { font-size: .95rem; margin: .6rem 0 .2rem; }
input, select { font: inherit; padding: .15rem .3rem; }
kbd { border: 1px solid #8795a8; border-radius: 3px; padding: 0 .3rem; margin-left: .5rem; background: white; }
.keys { margin-left: auto; color: #46556a; }
nav { overflow: auto; border-right: 1px solid #b8c4d4; }
ul { list-style: none; margin: 0; padding: 0; }
li.namespace { padding: .5rem .8rem .1rem; font-weight: 600; color: #46556a; }
button { font: inherit; color: inherit; background: none; border: 0; text-align: left; cursor: pointer; padding: .1rem .3rem; }
nav button { display: block; width: 100%; padding: .1rem .8rem .1rem 1.4rem; }
button:hover { background: #dfe7f1; }
button[aria-current=true] { background: #1f5fbf; color: white; }
:focus-visible { outline: 3px solid #1f5fbf; outline-offset: -2px; }
main { display: grid; grid-template-rows: minmax(0, 1fr) auto; min-width: 0; min-height: 0; }
#drawing { overflow: auto; padding: .5rem; }
#drawing svg { transform-origin: 0 0; }
.node, .edge { cursor: pointer; }
.dim { opacity: .12; }
.chosen path, .chosen polygon { stroke: #1f5fbf; stroke-width: 2.5; }
.node:focus-visible { outline: none; }
.node:focus-visible path, .node:focus-visible polygon { stroke: #1f5fbf; stroke-width: 4; }
#details { max-height: 45vh; overflow: auto; padding: .3rem .8rem .8rem; border-top: 1px solid #b8c4d4; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .1rem .9rem .1rem 0; vertical-align: top; }
td:nth-child(n+2):nth-child(-n+6) { white-space: nowrap; }
th { font-weight: 600; color: #46556a; }
`;
