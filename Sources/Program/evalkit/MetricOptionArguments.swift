import ArgumentParser
import Essentials
import Measurement

/// The options that the families of metrics declare, as options of a command.
///
/// Which there are is known when the program runs, so they are no properties: the mirror shows them to the parser, and
/// decoding reads each by its name.
struct MetricOptionArguments: ParsableArguments, CustomReflectable {
  /// What was typed, by option.
  private var values: [String: String] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: NamedKey.self)
    for option in MetricRegistry.options {
      let key = NamedKey(option.name)
      switch option.value {
      case .text, .number:
        values[option.name] = try container.decode(Option<String?>.self, forKey: key).wrappedValue
      case .flag:
        let isSet = try container.decode(Flag<Bool>.self, forKey: key).wrappedValue
        values[option.name] = isSet ? "" : nil
      }
    }
  }

  var customMirror: Mirror {
    let children = MetricRegistry.options.map { option -> Mirror.Child in
      let name = NameSpecification.customLong(option.name)
      return switch option.value {
      case .text, .number:
        (
          option.name,
          Option<String?>(
            wrappedValue: nil, name: name,
            help: ArgumentHelp(option.help, default: option.usual, valueName: option.valueName),
            transform: { text in
              _ = try option.range?.value(of: text)
              return text
            })
        )
      case .flag:
        (option.name, Flag<Bool>(wrappedValue: false, name: name, help: "\(option.help)"))
      }
    }
    return Mirror(self, children: children, displayStyle: .struct)
  }

  /// Adds what was typed.
  func fill(_ options: inout MetricOptionValues) {
    for (name, value) in values { options[name] = value }
  }
}
