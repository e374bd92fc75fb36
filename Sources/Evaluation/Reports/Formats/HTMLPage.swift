/// A whole page, by itself or as one of a site.
package enum HTMLPage {
  /// Where a page has its style and script from.
  package enum Assets: Sendable {
    /// They are part of it, so that it needs no other file.
    case embedded
    /// `style.css` and `page.js` in a folder, by its path from the page with a slash behind it, or empty.
    case linked(String)
  }

  /// The page around lines that are HTML already.
  ///
  /// - Parameters:
  ///   - title: of the page, as text.
  ///   - body: the lines.
  ///   - assets: where style and script come from.
  /// - Returns: the page.
  package static func render(
    title: String, body: [String], assets: Assets = .embedded
  ) -> String {
    let (head, foot): ([String], [String]) =
      switch assets {
      case .embedded:
        (["<style>", style, "</style>"], ["<script>", script, "</script>"])
      case .linked(let folder):
        (
          ["<link rel=\"stylesheet\" href=\"\(folder)style.css\">"],
          ["<script src=\"\(folder)page.js\"></script>"]
        )
      }
    let start = [
      "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<meta name=\"generator\" content=\"evalkit\">",
      "<title>\(XMLText.escape(title))</title>",
    ]
    return (start + head + ["</head>", "<body>"] + body + foot + ["</body>", "</html>"])
      .joined(separator: "\n") + "\n"
  }

  /// The style sheet of every page.
  package static let style = """
    :root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 25%, Canvas); }
    body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1rem; }
    h1 { font-size: 1.5rem; line-height: 1.25; }
    h2 { font-size: 1.2rem; margin-top: 2.5rem; }
    p, li, figcaption { max-width: 50rem; }
    p, li, td, th, h1 { overflow-wrap: break-word; }
    code { overflow-wrap: anywhere; }
    .scroll { overflow: auto; margin: 1rem 0; }
    @media (min-width: 700px) { .scroll { max-height: 90vh; } }
    table { border-collapse: separate; border-spacing: 0; }
    caption { text-align: left; font-style: italic; padding: .3rem .6rem; }
    caption { position: sticky; left: 0; max-width: calc(100vw - 4rem); }
    th, td { padding: .2rem .6rem; text-align: left; vertical-align: top; background: Canvas; }
    td { min-width: 4rem; max-width: 40rem; }
    th { font-weight: 600; }
    tbody th { font-weight: inherit; }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    thead th { border-top: 2px solid; border-bottom: 1px solid; position: sticky; top: 0; z-index: 2; white-space: nowrap; }
    thead th:first-child { left: 0; z-index: 3; }
    tbody th[scope=row] { position: sticky; left: 0; z-index: 1; max-width: 14rem; }
    tr.section th { border-top: 1px solid var(--line); padding-top: .6rem; font-weight: 600; }
    tbody:last-child tr:last-child > * { border-bottom: 2px solid; }
    thead button { all: unset; cursor: pointer; font-weight: inherit; }
    thead button:focus-visible { outline: 2px solid Highlight; }
    [aria-sort=ascending] button::after { content: " ▴"; }
    [aria-sort=descending] button::after { content: " ▾"; }
    sup { line-height: 0; }
    sup a { text-decoration: none; }
    figure { margin: 1rem 0; overflow-x: auto; }
    figure img, figure svg { max-width: 100%; height: auto; }
    label { margin-right: 1rem; }
    nav a { margin-right: 1rem; }
    .worse { color: light-dark(#c4421a, #f08a5d); }
    .better { color: light-dark(#22803a, #68c07c); }
    """

  /// Sorts the rows of each group by a column; rows without a number come last either way.
  package static let script = """
    for (const table of document.querySelectorAll("table.sortable")) {
      const headings = [...table.tHead.rows[0].cells];
      headings.forEach((heading, column) => heading.querySelector("button")?.addEventListener("click", () => {
        const first = heading.dataset.first ?? "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        const order = heading.getAttribute("aria-sort") === first ? other : first;
        headings.forEach(each => each.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const key = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
        const compare = (a, b) => a === "" || b === "" ? (a === "") - (b === "")
          : sign * (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
        for (const body of table.tBodies) {
          const rows = [...body.rows].filter(row => !row.classList.contains("section"));
          rows.sort((a, b) => compare(key(a), key(b))).forEach(row => body.append(row));
        }
      }));
    }
    """
}
