extension Result {
  /// The value of a success.
  package var value: Success? { if case .success(let value) = self { value } else { nil } }

  /// The error of a failure.
  package var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
