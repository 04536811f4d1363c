"""Model versions on S3-compatible storage: list, pull, verify, publish, roll back.

The running app needs two calls: ``local.newest_verified`` (which model to run now; no network) and
``update.check_in_background`` (is there a newer one?). Neither imports boto3 until a store is named
in the settings and is asked. See docs/pipeline.md for the store's folders and the threat model.
"""
