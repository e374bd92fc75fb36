import Essentials
import Foundation

/// Puts the reason for a failed file operation into a sentence's middle.
package enum FileFault {
  /// Lower-case reason without a full stop, of an error of the system or of Foundation.
  package static func reason(_ error: any Error) -> String {
    if let fault = error as? FileError {
      return fault.isMissing ? "no such file or folder" : fault.reason.lowercased()
    }
    let cocoa = error as NSError
    let underlying = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError
    for fault in [underlying, cocoa] {
      if let fault, fault.domain == NSPOSIXErrorDomain { return reason(code: Int32(fault.code)) }
    }
    switch CocoaError.Code(rawValue: cocoa.code) {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "no such file or folder"
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    default: return String(cocoa.localizedDescription.drop(while: \.isWhitespace))
    }
  }

  /// The system's words for an `errno` value.
  package static func reason(code: Int32) -> String { FileError.words(for: code).lowercased() }
}
