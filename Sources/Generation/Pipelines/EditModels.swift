/// Fine-tunes a model for edits, each when it is first needed; nil for a model that takes longer than somebody waits who
/// did not ask for it.
package typealias EditTuner = @Sendable (_ model: DiffusionModel) throws -> EditModels?

/// Models that were fine-tuned from one, by their edits.
package struct EditModels: Sendable {
  /// Names everything but an edit's texts that a model depends on.
  package let fingerprint: String
  /// The model of an edit.
  ///
  /// Throws: an error that names the edit and says what to do if there is no model of it; `CancellationError`.
  package let model: @Sendable (EditTexts) throws -> DiffusionModel

  /// Models by their edits.
  package init(
    fingerprint: String, model: @escaping @Sendable (EditTexts) throws -> DiffusionModel
  ) {
    self.fingerprint = fingerprint
    self.model = model
  }
}
