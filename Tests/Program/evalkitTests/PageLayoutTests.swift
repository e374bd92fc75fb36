import Foundation
import TestSupport
import Testing

/// The browser of this machine, if there is one.
private enum Browser {
  static let path = ["chromium", "chromium-browser", "google-chrome"]
    .map { "/usr/bin/\($0)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// Every kind of page in a browser without a screen, as wide as a telephone and as a desk's screen, light and dark.
///
/// A page that holds them in frames asks the browser what it laid out; there is no picture to compare with, so that other
/// fonts and versions change nothing.
@Suite(.enabled(if: Browser.path != nil)) struct PageLayoutTests {
  private struct Looked: Decodable {
    let looked: Int
    let isDark: Bool
    let found: [String]
  }

  /// What is wrong with pages of a folder.
  private func look(at pages: [String], in folder: TemporaryFolder, dark: Bool) throws -> Looked {
    let names = try String(decoding: JSONEncoder().encode(pages), as: UTF8.self)
    try folder.write(
      "<script>const pages = \(names);\n\(Self.script)</script>".utf8, to: "look.html")
    let browser = try #require(Browser.path)
    let outcome = try Program.shell(
      "\(browser) --headless --no-sandbox --disable-gpu --hide-scrollbars "
        + "--allow-file-access-from-files --blink-settings=preferredColorScheme=\(dark ? 0 : 1) "
        + "--window-size=1600,1000 --virtual-time-budget=20000 --dump-dom "
        + "file://\(folder.path("look.html"))", in: folder.url.path)
    let start = try #require(outcome.output.range(of: "{\"looked\""), "\(outcome)")
    let end = try #require(outcome.output.range(of: "}</body>"), "\(outcome)")
    let text = outcome.output[start.lowerBound..<end.lowerBound] + "}"
    return try JSONDecoder().decode(
      Looked.self, from: Data(text.replacing("&gt;", with: ">").replacing("&amp;", with: "&").utf8))
  }

  @Test func pagesFitAndCanBeRead() throws {
    let folder = try TemporaryFolder()
    for command in [
      "evalkit table ddgi.table1 --pairs 6 --method mine=builtin:paint --quiet",
      "evalkit baseline set main", "evalkit report --format html > report.html",
      "evalkit gate main --html gate.html", "evalkit publish site", "evalkit open --no-browser",
    ] { try Program.shell(command, in: folder.url.path).expectSuccess() }
    let pages = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
      .filter { $0.hasSuffix(".html") }.sorted()
    #expect(pages.count >= 8, "\(pages)")
    for dark in [false, true] {
      let looked = try look(at: pages, in: folder, dark: dark)
      #expect(looked.isDark == dark && looked.looked == 2 * pages.count)
      #expect(looked.found.isEmpty, "\(looked.found.joined(separator: "\n"))")
    }
  }

  /// Faults that are planted are found.
  @Test func faultsAreFound() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      <!DOCTYPE html><meta charset="utf-8"><body style="background: white; color: #aaa">
      <p style="width: 500px">wide</p>
      <table><thead><tr><th>head</th></tr></thead><tr><td class="number">1 2</td></tr></table></body>
      """.utf8, to: "page.html")
    let found = try look(at: ["page.html"], in: folder, dark: false).found
    for fault in [
      "page.html at 390: scrolls sideways to", "page.html at 390: P ends at",
      "page.html at 390: a table without a box to scroll in",
      "page.html at 1400: the head of a table does not stay",
      "page.html at 1400: a heading without scope", "page.html at 1400: a value may wrap",
      "page.html at 1400: contrast",
    ] { #expect(found.contains { $0.hasPrefix(fault) }, "\(fault): \(found)") }
  }

  private static let script = #"""
    const luminance = color => {
      const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map(value => {
        value /= 255;
        return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;

    function look(page, width, view) {
      const found = [], whole = view.document, root = whole.documentElement;
      const say = text => found.push(`${page} at ${width}: ${text}`);
      const style = element => view.getComputedStyle(element);
      if (view.innerWidth !== width) say(`is ${view.innerWidth} wide`);
      if (root.scrollWidth > width) say(`scrolls sideways to ${root.scrollWidth}`);
      const end = element => element.getBoundingClientRect().right;
      const outside = [...whole.querySelectorAll("body *")].find(element =>
        end(element) > width + 1 && !element.closest(".scroll, figure, svg"));
      if (outside) say(`${outside.tagName} ends at ${end(outside)}`);
      for (const table of whole.querySelectorAll("table")) {
        if (!table.closest(".scroll")) say("a table without a box to scroll in");
        const head = table.querySelector("thead th");
        if (!head || style(head).position !== "sticky") say("the head of a table does not stay");
        if (table.querySelector("thead th:not([scope])")) say("a heading without scope");
      }
      const value = [...whole.querySelectorAll("td.number, thead th")].find(cell =>
        style(cell).whiteSpace !== "nowrap");
      if (value) say(`a value may wrap: ${value.textContent}`);
      // A page without a ground of its own has the browser's.
      const own = style(whole.body).backgroundColor;
      const ground = luminance(
        own !== "rgba(0, 0, 0, 0)" ? own : isDark ? "rgb(18, 18, 18)" : "rgb(255, 255, 255)");
      const ink = luminance(style(whole.body).color);
      const contrast = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
      if (contrast < 7) say(`contrast ${contrast.toFixed(1)}`);
      return found;
    }

    addEventListener("load", async () => {
      const found = [];
      let looked = 0;
      for (const page of pages) for (const width of [390, 1400]) {
        const frame = document.createElement("iframe");
        frame.style = `width: ${width}px; height: 900px; border: 0`;
        const loaded = new Promise(done => frame.onload = done);
        frame.src = page;
        document.body.append(frame);
        await loaded;
        found.push(...look(page, width, frame.contentWindow));
        looked += 1;
        frame.remove();
      }
      document.body.textContent = JSON.stringify({looked, isDark, found});
    });
    """#
}
