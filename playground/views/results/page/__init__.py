"""Results as the page draws them by itself: numbers, pictures, and the sentences that were computed from them."""
