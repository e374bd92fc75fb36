import Foundation
import Terms

/// What a page shows of a run's single images: one method and metric at a time, the worst first.
package struct ImageBrowser: Sendable, Hashable, Encodable {
  /// A metric that images have.
  package struct Metric: Sendable, Hashable, Encodable {
    /// As printed.
    let heading: String
    let digits: Int
    let unit: String
    let isHigherBetter: Bool

    /// A metric as tables print it.
    package init(_ column: TableReport.Column) {
      heading = column.heading
      digits = column.digits
      unit = column.unit
      isHigherBetter = column.direction == .higher
    }
  }

  /// A method with its images.
  package struct Method: Sendable, Hashable, Encodable {
    let name: String
    let images: [Image]

    /// A method with its images, sorted by id.
    package init(name: String, images: [Image]) {
      self.name = name
      self.images = images
    }
  }

  /// One image.
  package struct Image: Sendable, Hashable, Encodable {
    let id: String
    /// In the metrics' order and printed scale; nil where there is none.
    let values: [Double?]
    /// Why it has no scores.
    let failure: String?
    /// Where the image and the real one lie, seen from the page.
    let made, real: String?

    /// An image with its values.
    package init(id: String, values: [Double?], failure: String?, made: String?, real: String?) {
      self.id = id
      self.values = values
      self.failure = failure
      self.made = made
      self.real = real
    }
  }

  private let metrics: [Metric]
  private let methods: [Method]

  /// Methods with their images.
  package init(metrics: [Metric], methods: [Method]) {
    self.metrics = metrics
    self.methods = methods
  }

  /// The lines of the page; none where no image has a score of its own.
  var lines: [String] {
    guard !metrics.isEmpty, methods.contains(where: { !$0.images.isEmpty }) else { return [] }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    return [
      "<h2>Single images</h2>",
      "<p><label>Method <select id=\"method\"></select></label><label>Worst first by "
        + "<select id=\"metric\"></select></label></p>",
      "<div class=\"scroll\"><table id=\"images\"></table></div>",
      "<p><button id=\"more\">More</button></p>",
      // A script ends at the first end tag, wherever that stands.
      "<script type=\"application/json\" id=\"data\">\(data.replacing("</", with: "<\\/"))</script>",
      "<script>", Self.script, "</script>",
    ]
  }

  private static let script = """
    {
      const {metrics, methods} = JSON.parse(document.getElementById("data").textContent);
      const [method, metric, table, more] = ["method", "metric", "images", "more"].map(id => document.getElementById(id));
      methods.forEach((each, index) => method.add(new Option(each.name, index)));
      metrics.forEach((each, index) => metric.add(new Option(each.heading, index)));
      let shown = 25;
      const cell = (row, kind, text) => {
        const made = row.appendChild(document.createElement(kind));
        made.textContent = text;
        return made;
      };
      const picture = (row, path) => {
        const made = cell(row, "td", "");
        if (!path) return;
        const link = made.appendChild(document.createElement("a"));
        link.href = path;
        const image = link.appendChild(new Image(96));
        image.loading = "lazy";
        image.src = path;
      };
      const draw = () => {
        const images = [...methods[method.value].images];
        const at = +metric.value, sign = metrics[at].isHigherBetter ? 1 : -1;
        const value = image => image.values[at];
        images.sort((a, b) => (value(b) == null) - (value(a) == null) || sign * (value(a) - value(b)));
        const hasPictures = images.some(image => image.made || image.real);
        table.replaceChildren();
        const head = table.createTHead().insertRow();
        for (const name of ["Image", ...(hasPictures ? ["Made", "Real"] : [])]) cell(head, "th", name).scope = "col";
        for (const each of metrics) {
          const unit = each.unit ? ` (${each.unit})` : "";
          const made = cell(head, "th", each.heading + unit + (each.isHigherBetter ? " ↑" : " ↓"));
          made.scope = "col";
          made.className = "number";
        }
        const body = table.createTBody();
        for (const image of images.slice(0, shown)) {
          const row = body.insertRow();
          cell(row, "th", image.id).scope = "row";
          if (hasPictures) { picture(row, image.made); picture(row, image.real); }
          if (image.failure) { cell(row, "td", image.failure).colSpan = metrics.length; continue; }
          image.values.forEach((value, index) => {
            cell(row, "td", value == null ? "–" : value.toFixed(metrics[index].digits)).className = "number";
          });
        }
        more.hidden = shown >= images.length;
        more.textContent = `Show more of ${images.length}`;
      };
      more.onclick = () => { shown += 100; draw(); };
      method.onchange = metric.onchange = draw;
      draw();
    }
    """
}
