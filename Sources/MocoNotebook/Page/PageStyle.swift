/// The style of a page: light and dark by the reader's setting, wide enough for tables, and black on white in print.
enum PageStyle {
  static let css = """
    :root { color-scheme: light dark; --ink: #1c2327; --paper: #ffffff; --quiet: #55646a; --line: #d5dcdf;
      --ground: #f4f6f7; --accent: #0b5c8a; --red: #a3201a; --string: #1e6b3a; --number: #8a4b00; --word: #7a2e8c; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e4e9eb; --paper: #14191c; --quiet: #a3b3b9; --line: #3a464b;
      --ground: #1e2529; --accent: #7cc4ee; --red: #ff8f85; --string: #8fd6a5; --number: #f0b46a; --word: #d9a6e8; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 54rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: break-word; }
    h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 0.5em; } h1 { margin-top: 0.5em; }
    a { color: var(--accent); }
    .skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
    .anchor { font-weight: 400; text-decoration: none; opacity: 0; } h1:hover .anchor, h2:hover .anchor,
    h3:hover .anchor, h4:hover .anchor, .anchor:focus { opacity: 1; }
    nav { border: 1px solid var(--line); border-radius: 4px; padding: 0.5rem 1rem; margin: 0 0 1.5rem; }
    nav p { margin: 0; font-weight: 600; } nav ul { list-style: none; margin: 0; padding: 0; }
    nav .level-3 { padding-left: 1.25em; }
    .cell { margin: 1em 0; }
    details.code { border-left: 3px solid var(--line); padding-left: 0.75rem; }
    details.code > summary { color: var(--quiet); font-size: 0.85rem; cursor: pointer; }
    pre { font: 0.87rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; margin: 0.4em 0;
      padding: 0.6em 0.8em; overflow-x: auto; background: var(--ground); border-radius: 4px; }
    .outputs { margin: 0.5em 0 0.5em 0.95rem; }
    .outputs > pre { background: none; padding: 0.2em 0; border-radius: 0; }
    .outputs > pre.notes { color: var(--quiet); }
    .outputs > pre.error, .outputs > pre.warning { border-left: 3px solid var(--red); padding-left: 0.75em; }
    .outputs > pre.warning { border-color: var(--number); }
    .prose table { border-collapse: collapse; } .prose th, .prose td { padding: 0.2em 0.75em; text-align: left;
      border-bottom: 1px solid var(--line); }
    .prose blockquote { margin: 0.5em 0; padding-left: 1em; border-left: 3px solid var(--line); color: var(--quiet); }
    .prose img { max-width: 100%; height: auto; } .prose code { font-size: 0.9em; }
    .comment { color: var(--quiet); } .string { color: var(--string); } .number { color: var(--number); }
    .keyword { color: var(--word); } .call { color: var(--accent); } .label { color: var(--number); }
    .bold { font-weight: 700; } .dim, .color-grey { color: var(--quiet); } .italic { font-style: italic; }
    .underline { text-decoration: underline; } .color-red { color: var(--red); } .color-green { color: var(--string); }
    .color-yellow { color: var(--number); } .color-blue, .color-cyan { color: var(--accent); }
    .color-magenta { color: var(--word); }
    .controls { margin: 0.75em 0; padding: 0.5em 0.95rem; border: 1px solid var(--line); border-radius: 4px; }
    .controls p { margin: 0.35em 0; display: flex; flex-wrap: wrap; align-items: center; gap: 0.25em 0.75em; }
    .controls input[type=range] { flex: 1 1 10rem; max-width: 24rem; } .controls input[type=text] { flex: 1 1 16rem; }
    .controls input, .controls select { font: inherit; accent-color: var(--accent); } .controls output { min-width: 3em; }
    .controls input[type=text], .controls select { color: var(--ink); background: var(--ground);
      border: 1px solid var(--quiet); border-radius: 4px; padding: 0.15em 0.4em; }
    .controls :disabled { opacity: 1; color: var(--quiet); }
    .controls fieldset { border: 0; margin: 0.35em 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.5em 1em; }
    .controls legend { padding: 0; } .controls fieldset label { display: flex; flex-direction: column;
      align-items: center; font-size: 0.85rem; max-width: 8rem; text-align: center; }
    .controls fieldset img { width: 64px; height: 64px; object-fit: contain; image-rendering: pixelated;
      border: 2px solid transparent; border-radius: 4px; }
    .controls input:checked + img { border-color: var(--accent); } .controls :focus-visible { outline: 2px solid
      var(--accent); outline-offset: 2px; } .notice { color: var(--quiet); border-left: 3px solid var(--line);
      padding-left: 0.75rem; }
    footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.85rem; }
    footer dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1em; }
    footer dt, footer dd { margin: 0; overflow-wrap: anywhere; }
    @media print { :root { --ink: #000; --paper: #fff; --ground: #fff; --line: #999; --quiet: #444; }
      body { max-width: none; padding: 0; font-size: 10pt; } nav, .skip, .anchor { display: none; }
      pre { white-space: pre-wrap; border: 1px solid var(--line); } .cell, figure, table { break-inside: avoid; }
      h1, h2, h3 { break-after: avoid; } }
    """
}
