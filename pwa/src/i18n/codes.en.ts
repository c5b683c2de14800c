/** English words for the codes of records: roles, states, kinds of entry, exceptions, gates. */

export const codesEn = {
  units: { tablets: "tablets" } as Record<string, string>,
  roles: { operator: "Operator", supervisor: "Supervisor", qa: "QA", qc: "QC analyst", engineer: "Process engineer", planner: "Planner", keeper: "Warehouse keeper", admin: "Administrator", auditor: "Auditor" } as Record<string, string>,
  batchStatus: { ordered: "Ordered", in_progress: "In progress", awaiting_review: "Awaiting review", released: "Released", rejected: "Rejected", historical: "Historical" } as Record<string, string>,
  lotStatus: { quarantine: "Quarantine", released: "Released", rejected: "Rejected", restricted: "Restricted", expired: "Expired", historical: "Historical" } as Record<string, string>,
  stages: { incoming: "Incoming inspection", in_process: "In-process control", release: "Release test" } as Record<string, string>,
  phaseTypes: { line_clearance: "Line clearance", weighing: "Weighing", parameters: "Parameters", in_process: "In-process control" } as Record<string, string>,
  kinds: {
    "identity.person_added.v1": "Person added", "identity.device_enrolled.v1": "Device enrolled", "identity.device_revoked.v1": "Device revoked", "identity.signin_failed.v1": "Sign-in failed", "identity.signed_in.v1": "Signed in",
    "materials.material_defined.v1": "Material defined", "materials.lot_received.v1": "Lot received", "quality.results_recorded.v1": "Results recorded", "recipes.recipe_approved.v1": "Recipe approved",
    "production.order_released.v1": "Batch order released", "production.phase_started.v1": "Phase started", "production.line_cleared.v1": "Line cleared", "production.material_weighed.v1": "Material weighed", "production.parameter_recorded.v1": "Parameter recorded",
    "production.check_recorded.v1": "In-process check recorded", "production.phase_completed.v1": "Phase completed", "production.remark_added.v1": "Remark", "production.photo_attached.v1": "Photo", "production.exception_raised.v1": "Exception raised", "production.conflict_found.v1": "Conflict found", "production.batch_imported.v1": "Historical batch imported",
    "release.conflict_resolved.v1": "Conflict decided", "release.exception_assessed.v1": "Exception assessed", "release.batch_released.v1": "Batch released", "release.batch_rejected.v1": "Batch rejected", "release.release_refused.v1": "Release refused",
    "handheld.lease_issued.v1": "Taken along", "handheld.lease_returned.v1": "Handed back", "handheld.input_quarantined.v1": "Input quarantined", "equipment.weight_read.v1": "Weight read",
    "identity.credential_set.v1": "Password or PIN set", "materials.lot_status_changed.v1": "Lot status changed", "equipment.equipment_registered.v1": "Equipment registered",
    "identity.roles_changed.v1": "Roles changed", "core.decision_refused.v1": "Decision refused",
  } as Record<string, string>,
  exceptions: {
    out_of_limits: "Out of limits", manual_weight_unverified: "Typed weight without second person", verifier_is_performer: "Verifier is the performer", reading_unverified: "Balance reading not verified", phase_order: "Phase out of order", lease_expired: "Made on an expired lease", lease_unknown: "Made without a known lease",
    clock_skew: "Device clock off", person_not_permitted: "Person not permitted", wrong_lot: "Lot not allocated", conflict: "Conflict", manual_weight: "Weight typed by hand", correction: "Correction", late_entry: "Late entry",
    remark: "Remark", exception: "Exception", conflict_open: "Conflict not decided", exception_open: "Exception not assessed", phases_open: "Phases not done", device_owes: "A device still owes records",
    batch_unknown: "Batch not ordered here", slot_unknown: "Not planned in the order", subject_mismatch: "Filed under another place", correction_unknown: "Correction without basis", unit_mismatch: "Unit differs", samples_incomplete: "Samples missing", calculation_differs: "Calculation differs", lot_not_released: "Lot not released", batch_known: "Batch known already", verdict_differs: "Verdict differs from limits", equipment_unknown: "Equipment not registered", serial_differs: "Serial number differs", material_unknown: "Material not defined",
    reported: "Reported exception", after_disposition: "After release or rejection", photo: "Photo", device_revoked: "Made by a revoked device", kind_unknown: "Unknown kind of record", payload_malformed: "Malformed content", not_permitted_from_device: "Not a device's decision", sequence_fork: "Two records with one number", signature_wrong: "Signature wrong", device_unknown: "Unknown device",
    rule_failed: "Server could not judge it", id_taken: "Identifier used twice", entry_malformed: "Not a record", payload_hash_wrong: "Content is not the signed one",
  } as Record<string, string>,
  gates: { phases: "All phases are done", conflicts: "All conflicts are decided", exceptions: "All exceptions are assessed", devices: "All devices have delivered", leases: "All devices have handed back", results: "All test results are within limits", yields: "Yields are within limits", held: "No record is held back", quarantine: "Nothing of the batch in quarantine" } as Record<string, string>,
};
