/// What a run knows of one of its pairs, apart from the methods' images.
package struct PairRecord: Sendable, Hashable {
  /// Id of the run.
  package let run: String
  /// Id of the pair, which its images share.
  package let imageID: String
  /// Who is on the image; `nil` where nobody says.
  package let identity: String?
  /// SHA-256 of the caption; `nil` without one.
  package let prompt: String?
  /// SHA-256 of the real image's pixels; `nil` where there is none.
  package let referenceHash: String?
  /// SHA-256 of the label map; `nil` where it was not read.
  package let labelsHash: String?
  /// The caption itself; `nil` without one.
  package let caption: String?
  /// The name that all images of one condition share; `nil` where the pair stands for itself.
  package let group: String?
  /// Id of the pair whose real image stands for this one's too; `nil` where it is its own.
  package let owner: String?

  /// What is known of a pair; `nil` for what is not.
  package init(
    run: String, imageID: String, identity: String?, prompt: String?, referenceHash: String?,
    labelsHash: String?, caption: String? = nil, group: String? = nil, owner: String? = nil
  ) {
    self.run = run
    self.imageID = imageID
    self.identity = identity
    self.prompt = prompt
    self.referenceHash = referenceHash
    self.labelsHash = labelsHash
    self.caption = caption
    self.group = group
    self.owner = owner
  }
}
