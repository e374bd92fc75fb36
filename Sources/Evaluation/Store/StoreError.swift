import GRDB

/// Why the database cannot be used: which file, what is wrong, and what to do.
package enum StoreError: Error, Equatable, CustomStringConvertible {
  /// The file was written by a newer evalkit.
  case newerSchema(path: String, found: Int, supported: Int)
  /// The file was written by an older evalkit and was opened for reading only.
  case olderSchema(path: String, found: Int, supported: Int)
  /// The file is SQLite, but not evalkit's.
  case foreignDatabase(path: String)
  /// There is no file to read.
  case missing(path: String)
  /// The file or its folder cannot be opened or made.
  case cannotOpen(path: String, reason: String)
  /// The file or its folder must not be written.
  case readOnly(path: String)
  /// The disk has no room left.
  case full(path: String)
  /// The file is damaged, or no SQLite database.
  case corrupt(path: String, reason: String)
  /// Another program held the file for longer than the time-out.
  case locked(path: String)
  /// The operating system fails to read or write.
  case inputOutput(path: String, reason: String)
  /// No run's id begins like this.
  case unknownRun(path: String, prefix: String)
  /// Several runs' ids begin like this.
  case ambiguousRun(path: String, prefix: String, matches: [String])
  /// One fingerprint stands for two different texts.
  case fingerprintCollision(path: String, hash: String)
  /// A file says something else than another of the same run.
  case contradiction(path: String, row: String)
  /// A cached result is not what was stored.
  case damagedResult(path: String, key: String)
  /// A run's values of single images were deleted.
  case pruned(path: String, run: String, date: String)
  /// A row breaks a rule of the schema, such as a score whose fingerprint was never registered.
  case rejected(path: String, reason: String)
  /// Anything else that SQLite reports.
  case failed(path: String, reason: String)

  /// One sentence: the file, what is wrong, what to do.
  package var description: String {
    switch self {
    case .newerSchema(let path, let found, let supported):
      "\(path) has schema \(found), newer than schema \(supported) of this evalkit; "
        + "use the evalkit that wrote it, or name another folder with --results."
    case .olderSchema(let path, let found, let supported):
      "\(path) has schema \(found), older than schema \(supported) of this evalkit; "
        + "run any command that writes to it once, which brings it up to date."
    case .foreignDatabase(let path):
      "\(path) is an SQLite database of another program; name another folder with --results."
    case .missing(let path):
      "\(path) does not exist; no run has been stored there yet."
    case .cannotOpen(let path, let reason):
      "\(path) cannot be opened (\(reason)); its folder must exist and be writable."
    case .readOnly(let path):
      "\(path) cannot be written, because the file or its folder is read-only; "
        + "allow writing or name another folder with --results."
    case .full(let path):
      "\(path) cannot grow, because the disk is full; free some space and call again: "
        + "everything stored before is kept."
    case .corrupt(let path, let reason):
      "\(path) is damaged or not an SQLite database (\(reason)); "
        + "restore a copy or move it away to begin anew."
    case .locked(let path):
      "\(path) is in use by another program; wait until it ends and call again."
    case .inputOutput(let path, let reason):
      "\(path) cannot be read or written by the operating system (\(reason)); check the disk."
    case .unknownRun(let path, let prefix):
      "\(path) holds no run whose id begins with '\(prefix)'."
    case .ambiguousRun(let path, let prefix, let matches):
      "\(path) holds \(matches.count) runs whose ids begin with '\(prefix)': "
        + "\(matches.prefix(5).joined(separator: ", "))\(matches.count > 5 ? ", …" : "")."
    case .fingerprintCollision(let path, let hash):
      "\(path) already holds the fingerprint \(hash) for another text."
    case .contradiction(let path, let row):
      "\(path) contradicts what was measured elsewhere for the same run: \(row) has other values; "
        + "leave out one of the two, or measure it again."
    case .damagedResult(let path, let key):
      "\(path) holds a damaged result (\(key.prefix(12))) of an image; measure the same again, which puts "
        + "it right."
    case .pruned(let path, let run, let date):
      "\(path) has no values of single images of run \(run) any more: 'evalkit runs prune' deleted them on "
        + "\(date.prefix(10)); choose a later run, or measure it again."
    case .rejected(let path, let reason):
      "\(path) refuses a row: \(reason)."
    case .failed(let path, let reason):
      "\(path) failed: \(reason)."
    }
  }

  /// Says in our words what SQLite reports.
  package init(_ error: any Error, at path: String) {
    if let damage = error as? RowDamage {
      self = .corrupt(path: path, reason: damage.description)
      return
    }
    guard let error = error as? DatabaseError else {
      self = error as? StoreError ?? .failed(path: path, reason: "\(error)")
      return
    }
    let reason = error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
    case .SQLITE_FULL: self = .full(path: path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(path: path, reason: reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path)
    case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, reason: reason)
    case .SQLITE_IOERR: self = .inputOutput(path: path, reason: reason)
    case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: self = .rejected(path: path, reason: reason)
    default: self = .failed(path: path, reason: reason)
    }
  }
}
