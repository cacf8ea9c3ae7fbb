from waiban.domains.partners.models.promises import Promise, PromiseEvidence, PromiseReview

__all__ = ["Promise", "PromiseEvidence", "PromiseReview"]
