extension PaperTable {
  /// Every published row and its section.
  package var places: [(section: Section, row: Row)] {
    sections.flatMap { section in section.rows.map { (section, $0) } }
  }

  /// The published row of an id.
  package func place(ofRow id: String) -> (section: Section, row: Row)? {
    places.first { $0.row.id == id }
  }
}
