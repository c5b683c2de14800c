"""Stock counts: ordered for places, counted by handhelds, their variances approved by somebody who did not count."""
