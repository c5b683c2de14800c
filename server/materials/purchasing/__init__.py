"""What is ordered from suppliers: placed and signed, approved by a flow, closed line by line by what comes in."""
