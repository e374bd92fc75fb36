extension String {
  /// The text with what could move a terminal's cursor made visible; names of files and methods may hold anything.
  package var harmless: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      let isControl = scalar.properties.generalCategory == .control
      text += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
  }
}
