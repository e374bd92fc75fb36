import Datasets
import Provenance

/// Tells of the work on a dataset as of a job's, and stops it on request.
package func datasetWatcher(
  _ progress: @escaping @Sendable (JobProgress) -> Void,
  shouldStop: @escaping @Sendable () -> Bool = { false }
) -> DatasetWatcher {
  { (activity, finished, total) throws(DatasetError) in
    if shouldStop() { throw .cancelled }
    progress(JobProgress(activity: activity, finished: finished, total: total))
  }
}
