import Essentials
import Images
import Provenance
import Tables
import Terms

/// Typed access to a protocol's switches.
package struct ProtocolSwitches {
  let table: PaperTable
  /// What the columns measure.
  let metrics: [Metric]
  /// Metrics beside those of its columns that a switch may speak of.
  let further: [Metric]

  /// The metrics that a switch may speak of.
  var named: [Metric] { metrics + further }

  /// The value of a switch where it applies.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for one that is not understood.
  func value<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
    guard let text = table.applicableValue(of: name) else { return nil }
    guard let value = parse(text) else { throw unsupported(name, text) }
    return value
  }

  /// Pixels on a side; nil where a word such as `native` stands in their place.
  func side(_ name: String) throws -> Int? {
    guard let text = table.applicableValue(of: name), !text.contains(where: \.isLetter) else {
      return nil
    }
    guard let side = try? NumberRange.side.value(of: text) else { throw unsupported(name, text) }
    return side
  }

  /// Refuses a value that is not measured; a switch that says one thing while another is done would be worse
  /// than none.
  func require(_ name: String, in values: [String]) throws {
    if let value = table.applicableValue(of: name), !values.contains(value) {
      throw unsupported(name, value)
    }
  }

  /// Refuses values of switches that no family reads.
  func refuseOthers() throws {
    // What methods do themselves, and what has an option of its own, is told and not measured.
    let told = ["sampler", "seed_rule", "quantise", "scribble", "n_images"]
    for choice in table.switches where choice.protocolValue != nil {
      guard told.contains(choice.name) || choice.value == "supplied" else { continue }
      throw unsupported(choice.name, choice.value)
    }
    // Real images and results reach the resolution by the same filter.
    if let value = table.applicableValue(of: "ref_resize"),
      value != table.value(of: "result_resize")
    {
      throw unsupported("ref_resize", value)
    }
  }

  /// The error for a value that is not measured.
  func unsupported(_ name: String, _ value: String) -> HarnessError {
    let remedy =
      switch name {
      case "n_images": "; --pairs says how many"
      case "lpips_net": "; name the metric, as in --metrics lpips-\(value)"
      case "ssim_impl": "; the table's column is another metric, which --metrics can name"
      default: ""
      }
    return HarnessError(
      .usage,
      "\(table.id): the value '\(value)' of the switch \(name) is not measured by this version"
        + remedy)
  }
}

extension PillowFilter {
  /// The filter of a switch value such as `pil_bicubic`.
  init?(switchValue: String) {
    guard switchValue.hasPrefix("pil_") else { return nil }
    self.init(rawValue: String(switchValue.dropFirst("pil_".count)))
  }
}
