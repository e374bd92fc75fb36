extension Store {
  /// Version of the schema that this evalkit reads and writes, as in `PRAGMA user_version`.
  package static var schemaVersion: Int { Schema.version }
}
