import MocoDocument
import MocoNotebook

/// The page of a watched program: a frame with the appearance of exported pages, filled by its own script. Nothing
/// is loaded from elsewhere.
enum WatchPage {
  /// The page for a program with this name.
  ///
  /// - Parameter nonce: the nonce of the page's content security policy.
  static func html(name: String, nonce: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="moco">
    <title>\(HTMLText.escaped(name))</title>
    <link rel="icon" href="data:,">
    <style nonce="\(nonce)">
    \(NotebookPage.style)
    \(style)
    </style>
    </head>
    <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="watch">
    <p id="status" role="status" aria-live="polite">connecting</p>
    <p id="clock"></p>
    <button type="button" id="interrupt" disabled>Interrupt</button>
    <button type="button" id="run-all" disabled>Run all stale</button>
    </header>
    <noscript><p class="lost">This page needs JavaScript to show the state of a running program. For a page without it, use
    moco export.</p></noscript>
    <p id="lost" class="lost" role="alert" hidden></p>
    <div id="notice" role="alert" hidden></div>
    <section id="problem" aria-label="Errors in the file" hidden></section>
    <main id="content"><div id="heading"></div></main>
    <script nonce="\(nonce)">
    \(WatchScript.text)
    </script>
    </body>
    </html>

    """
  }

  private static let style = """
    header.watch { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem;
      align-items: center; background: var(--paper); border-bottom: 1px solid var(--line); padding: 0.5rem 0.8rem;
      margin: 0 -0.8rem 1rem; }
    header.watch p { margin: 0; font-size: 0.9rem; } #status { flex: 1 1 12rem; }
    #clock { color: var(--quiet); font-variant-numeric: tabular-nums; }
    button { font: inherit; font-size: 0.85rem; color: var(--ink); background: var(--ground);
      border: 1px solid var(--quiet); border-radius: 4px; padding: 0.15rem 0.7rem; cursor: pointer; }
    button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
    button:focus-visible, summary:focus-visible, a:focus-visible, pre:focus-visible { outline: 2px solid var(--accent);
      outline-offset: 2px; }
    .lost { border-left: 3px solid var(--red); padding-left: 0.75rem; }
    #problem, #notice { border: 1px solid var(--red); border-radius: 4px; padding: 0 0.75rem; }
    .live { border-left: 3px solid transparent; padding-left: 0.6rem; margin-left: -0.8rem; scroll-margin-top: 4rem; }
    .live[data-state=stale], .live[data-state=waiting], .live[data-state=queued] { border-color: var(--number); }
    .live[data-state=running] { border-color: var(--accent); }
    .live[data-state=failed], .live[data-state=interrupted] { border-color: var(--red); }
    .live[data-state=stale] > .outputs, .live[data-state=waiting] > .outputs,
    .live[data-state=queued] > .outputs { border-left: 3px double var(--number); padding-left: 0.5rem; }
    [hidden] { display: none !important; }
    .bar { display: flex; gap: 0.6rem; align-items: center; font-size: 0.8rem; color: var(--quiet); margin-top: 0.2rem; }
    .bar .elapsed { font-variant-numeric: tabular-nums; }
    .live > .outputs:empty, .live > .controls-place:empty { display: none; }
    h1, h2, h3, h4 { scroll-margin-top: 4rem; }
    @media print { header.watch, .bar, .lost { display: none; } }
    """
}
