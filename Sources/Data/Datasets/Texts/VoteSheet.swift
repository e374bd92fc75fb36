/// What people answered in a user study.
package struct VoteSheet: Equatable, Sendable {
  /// One answer of one person to one question.
  package struct Answer: Equatable, Sendable, Decodable {
    /// The method that was preferred.
    package let choice: String
    /// All methods that were shown.
    package let options: [String]
    /// A stratum that shares may be split by, for example `hard`.
    package let group: String?
    /// What was asked; with `voter`, two equal ones are an error.
    package let question: String?
    /// Who answered.
    package let voter: String?
  }

  /// The answers in the order of the file.
  package let answers: [Answer]

  /// Reads a file with one answer a line:
  /// `{"choice": "ours", "options": ["ours", "e4e"], "group": "hard", "question": "7", "voter": "p3"}`,
  /// of which the last three may be absent.
  ///
  /// - Throws: `DatasetError` with file and line; a person who answers a question twice, and an answer
  ///   that was not shown, are `.malformedLine`.
  package init(contentsOf path: String) throws(DatasetError) {
    var answers: [Answer] = []
    var lineOfVote: [[String]: Int] = [:]
    try JSONLines.forEach(
      of: Answer.self, in: path, keys: ["choice", "options", "group", "question", "voter"]
    ) { answer, number throws(DatasetError) in
      if let fault = answer.fault {
        throw .malformedLine(path: path, line: number, reason: fault)
      }
      if let question = answer.question, let voter = answer.voter,
        let first = lineOfVote.updateValue(number, forKey: [question, voter])
      {
        throw .malformedLine(
          path: path, line: number,
          reason: "'\(voter)' has answered question '\(question)' already, in line \(first)")
      }
      answers.append(answer)
    }
    self.answers = answers
  }
}

extension VoteSheet.Answer {
  /// What is wrong with it, as a clause.
  fileprivate var fault: String? {
    if options.count < 2 { return "a vote needs at least two 'options'" }
    if Set(options).count < options.count { return "a method appears twice in 'options'" }
    if !options.contains(choice) { return "'\(choice)' was chosen but is none of the 'options'" }
    return nil
  }
}
