import MocoNotebook

/// The style of the manual: that of notebook pages, with the list of pages at the side if there is room.
enum SiteStyle {
  static let css =
    NotebookPage.style + "\n" + """
      body { max-width: 78rem; padding-top: 0.5rem; }
      header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; padding: 0.5rem 0;
        border-bottom: 1px solid var(--line); }
      header .home { font-weight: 700; font-size: 1.2rem; text-decoration: none; }
      header form { flex: 1 1 16rem; display: flex; gap: 0.5rem; align-items: center; margin: 0; }
      header input { flex: 1; font: inherit; color: var(--ink); background: var(--ground); padding: 0.25em 0.5em;
        border: 1px solid var(--quiet); border-radius: 4px; min-width: 0; }
      #results { border: 1px solid var(--line); border-radius: 4px; padding: 0.5rem 1rem; margin: 0.5rem 0; }
      #results ol { margin: 0; padding: 0; list-style: none; } #results li { margin: 0.4em 0; }
      #results .kind { color: var(--quiet); font-size: 0.85rem; }
      .columns { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2rem; }
      nav.site { border: 0; padding: 1rem 0; font-size: 0.93rem; } nav.site summary { font-weight: 600; cursor: pointer; }
      nav.site ul { padding-left: 1rem; margin: 0.25rem 0 0.75rem; } nav.site a { text-decoration: none; }
      nav.site a[aria-current] { font-weight: 600; color: var(--ink); }
      .signature pre { white-space: pre-wrap; padding-left: 2.8em; text-indent: -2em; }
      nav.contents ul { columns: 11rem; }
      main { max-width: 50rem; padding-top: 1rem; } main table { border-collapse: collapse; display: block; overflow-x: auto; }
      main th, main td { padding: 0.2em 0.75em 0.2em 0; text-align: left; vertical-align: top;
        border-bottom: 1px solid var(--line); }
      main code { font-size: 0.9em; } dl.pages dt { font-weight: 600; margin-top: 0.6em; } dl.pages dd { margin: 0; }
      main blockquote { margin: 0.5em 0; padding-left: 1em; border-left: 3px solid var(--line); color: var(--quiet); }
      @media (max-width: 50rem) { .columns { grid-template-columns: minmax(0, 1fr); gap: 0; } nav.site { padding: 0.5rem 0; } }
      @media print { header form, nav.site, #results { display: none; } .columns { display: block; } }

      """
}
