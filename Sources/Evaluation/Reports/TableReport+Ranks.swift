extension TableReport {
  /// How methods rank over the images of one column.
  package struct Ranks: Sendable, Hashable, Encodable {
    /// Name for machines, for example `lpips-alex`.
    package let column: String
    /// As printed, with unit and arrow.
    package let heading: String
    /// From the best mean rank to the worst.
    package let places: [Place]
    /// Mean ranks that are farther apart differ beyond chance.
    package let criticalDifference: Double
    /// The probability of ranks that are so far apart if all methods were alike.
    package let pValue: Double
    /// How many images, or sets of images that belong together, were ranked.
    package let count: Int

    /// One method's place.
    package struct Place: Sendable, Hashable, Encodable {
      /// The method's name.
      package let method: String
      /// The mean of its ranks; 1 if it is the best everywhere.
      package let mean: Double
      /// Lower bound of the mean's 95 % interval.
      package let low: Double
      /// Upper bound of the mean's 95 % interval.
      package let high: Double

      /// A method with its mean rank.
      package init(method: String, mean: Double, interval: ClosedRange<Double>) {
        self.method = method
        self.mean = mean
        (low, high) = (interval.lowerBound, interval.upperBound)
      }
    }

    /// The ranks of a column.
    package init(
      column: String, heading: String, places: [Place], criticalDifference: Double,
      pValue: Double, count: Int
    ) {
      self.column = column
      self.heading = heading
      self.places = places
      self.criticalDifference = criticalDifference
      self.pValue = pValue
      self.count = count
    }

    /// The places whose mean ranks do not differ from a place's beyond chance, without itself.
    func alike(_ place: Int) -> [Int] {
      places.indices.filter {
        $0 != place && abs(places[$0].mean - places[place].mean) <= criticalDifference
      }
    }

    /// On how many images the ranks rest, and what differs beyond chance.
    var circumstances: String {
      let images = count == 1 ? "1 image" : "\(count) images"
      let difference = FixedDecimals.text(criticalDifference, digits: 2) ?? "–"
      return "\(images), critical difference \(difference)"
    }
  }
}
