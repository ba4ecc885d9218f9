extension Document {
  /// CSS for the fragments that `html()` writes: light and dark as the reader prefers, and for print. It uses only
  /// classes within `.moco`.
  public static let stylesheet = """
    .moco { font: 14px/1.5 system-ui, sans-serif; overflow-x: auto; }
    .moco p { margin: 0.25em 0; }
    .moco code, .moco pre { font-family: ui-monospace, monospace; font-size: 0.93em; }
    .moco pre { margin: 0.5em 0; padding: 0.5em 0.75em; background: rgba(128, 128, 128, 0.1); overflow-x: auto; }
    .moco code.moco-value { white-space: pre-wrap; overflow-wrap: anywhere; }
    .moco table { border-collapse: collapse; margin: 0.5em 0; }
    .moco caption { text-align: left; font-weight: 600; padding-bottom: 0.25em; }
    .moco th, .moco td { padding: 0.15em 0.75em; text-align: left; vertical-align: top; }
    .moco .moco-end { text-align: right; font-variant-numeric: tabular-nums; }
    .moco .moco-center { text-align: center; }
    .moco thead th, .moco thead td { border-bottom: 1px solid currentColor; }
    .moco .moco-records tbody tr + tr { border-top: 1px solid rgba(128, 128, 128, 0.25); }
    .moco .moco-matrix { border-left: 1px solid currentColor; border-right: 1px solid currentColor; }
    .moco .moco-matrix td { padding: 0 0.6em; font-variant-numeric: tabular-nums; }
    .moco dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1em; margin: 0.25em 0 0.25em 1em; }
    .moco dt { grid-column: 1; color: #5c6b70; }
    .moco dd { grid-column: 2; margin: 0; min-width: 0; }
    .moco ul, .moco ol { margin: 0.25em 0; padding-left: 2em; }
    .moco ul.moco-unmarked { list-style: none; padding-left: 1em; }
    .moco figure { margin: 0.5em 0; }
    .moco figure svg { max-width: 100%; height: auto; }
    .moco figure img { image-rendering: pixelated; min-width: 96px; max-width: 100%; height: auto; }
    .moco .moco-numbers { overflow-x: auto; font-size: 0.93em; }
    .moco .moco-numbers > summary { color: #5c6b70; cursor: pointer; }
    .moco figcaption, .moco .moco-muted, .moco .moco-left-out { color: #5c6b70; }
    .moco .moco-label { color: #5c6b70; }
    .moco .moco-error { color: #b3261e; }
    @media (prefers-color-scheme: dark) {
      .moco dt, .moco figcaption, .moco .moco-muted, .moco .moco-left-out, .moco .moco-label,
      .moco .moco-numbers > summary { color: #9fb0b5; }
      .moco .moco-error { color: #ff897d; }
    }
    @media print { .moco { overflow: visible; } .moco .moco-numbers:not([open]) { display: none; } .moco figure, .moco table { break-inside: avoid; } }
    """
}
