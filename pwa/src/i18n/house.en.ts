/** English words of the app's house: the look, the homes of the roles. */
export const houseEn = {
  house: {
    states: { blocked: "Blocked, and why", now: "Waiting for you", due: "Due" },
    stateHints: { blocked: "It cannot go on until this is settled.", now: "Nothing else has to happen first.", due: "With a date, or worth a look today." },
    badges: { blocked: "Blocked", now: "Now", due: "Due" },
    plant: "The plant now", nothing: "Nothing waits for you.",
    tasks: {
      titles: {
        flow_task: "Waits for you", flow_task_due: "Waits for you", flow_task_late: "Overdue",
        purchase_wanted: "Approved requisition, to be ordered", delivery_late: "Ordered and not come in time", label_design: "Label design to be decided on",
        review: "Ready for review and signature", production_review: "Ready for production's review", audit_trail: "Audit trail not reviewed", exceptions: "Exceptions in a batch under way", deviation: "Open deviation", lot_decision: "Tested lot, waiting for a decision", sample_request: "Sample that the floor waits for", sample_take: "Lot to be sampled", sample_receive: "A sample was handed to you: receive it", lot_test: "Lot to be tested", count_take: "Stock to count", count_close: "Stock count to approve", count_upset: "Late entries make an approved count wrong: count again", place_conflict: "Carried to two places: look where it stands", lot_check: "Results for you to check", batch_check: "Results of a batch for you to check", lot_retest: "Released lot to be tested again", lot_supplier: "Something was wrong when it came: decide", supplier_ends: "Qualification of a supplier ends", lot_expires: "Lot near its expiry",
        order: "Order that nobody has begun", record_open: "Record that is not complete", record_items: "Record with something to look at", lease_ends: "Lease on a device ends soon", lease_ended: "Lease on a device has ended", password_ends: "Your password ends", device_owes: "Device with records that have not come", quarantine: "Input in quarantine", cleaning_past: "To be cleaned for too long", equipment_alarm: "Machine in alarm", calibration_due: "Calibration due", calibration_past: "Calibration overdue",
        grant_waiting: "Role that signs, for you to confirm", password_given: "Given a password: say that it is this person", password_unused: "One-time password not used yet", login_locked: "Login locked after wrong passwords", training_missing: "Your qualification for your work is missing", training_ends: "Your qualification ends soon",
      } as Record<string, string>,
      blocked: { review: "Kept from release", lot_decision: "In quarantine" } as Record<string, string | undefined>,
      counts: {
        delivery_late: (n) => (n === 1 ? "1 line" : `${n} lines`),
        audit_trail: (n) => (n === 1 ? "1 entry" : `${n} entries`),
        record_items: (n) => (n === 1 ? "1 open item" : `${n} open items`), review: (n) => (n === 1 ? "1 open item" : `${n} open items`), exceptions: (n) => (n === 1 ? "1 open item" : `${n} open items`), device_owes: (n) => (n === 1 ? "1 record" : `${n} records`),
        quarantine: (n) => (n === 1 ? "1 item" : `${n} items`), count_take: (n) => (n === 1 ? "1 place" : `${n} places`), count_close: (n) => `${n} counted`, count_upset: (n) => (n === 1 ? "1 container" : `${n} containers`), sample_take: (n) => (n === 1 ? "1 container" : `${n} containers`), lot_test: (n) => (n === 1 ? "1 container" : `${n} containers`), lot_retest: (n) => (n === 1 ? "1 container" : `${n} containers`), lot_expires: (n) => (n === 1 ? "1 container" : `${n} containers`),
      } as Record<string, (n: number) => string>,
      times: {
        flow_task: (at) => `since ${at}`, flow_task_due: (at) => `due ${at}`, flow_task_late: (at) => `was due ${at}`,
        record_open: (at) => `opened ${at}`, record_items: (at) => `since ${at}`, review: (at) => `since ${at}`, deviation: (at) => `opened ${at}`, lot_decision: (at) => `received ${at}`, sample_request: (at) => `asked for ${at}`, sample_take: (at) => `opened ${at}`, sample_receive: (at) => `handed over ${at}`, lot_test: (at) => `received ${at}`, count_take: (at) => `ordered ${at}`, count_close: (at) => `last counted ${at}`, place_conflict: (at) => `carried ${at}`, lot_check: (at) => `recorded ${at}`, batch_check: (at) => `recorded ${at}`, lot_retest: (at) => `retest by ${at}`, lot_supplier: (at) => `received ${at}`, supplier_ends: (at) => `until ${at}`, lot_expires: (at) => `expires ${at}`, lease_ends: (at) => `ends ${at}`, lease_ended: (at) => `ended ${at}`, password_ends: (at) => `ends ${at}`, order: (at) => `released ${at}`,
        purchase_wanted: (at) => `needed by ${at}`, delivery_late: (at) => `wanted by ${at}`, label_design: (at) => `since ${at}`,
        device_owes: (at) => `last seen ${at}`, quarantine: (at) => `last ${at}`, cleaning_past: (at) => `was to be cleaned by ${at}`, equipment_alarm: (at) => `since ${at}`, calibration_due: (at) => `due ${at}`, calibration_past: (at) => `was due ${at}`, grant_waiting: (at) => `wanted ${at}`, password_given: (at) => `given ${at}`, password_unused: (at) => `given ${at}`, login_locked: (at) => `until ${at}`, training_ends: (at) => `ends ${at}`,
      } as Record<string, (at: string) => string>,
    },
    why: {
      production_reviewed: "production has not reviewed it", post_seal: "entries after the seal", reported: "reported by a person",
      phases: "phases not done", conflicts: "conflicts not decided", exceptions: "exceptions not assessed", deviations: "deviations open", devices: "devices still owe records", leases: "not handed back", results: "results outside limits or missing", specification: "tests of the specification missing",
      materials: "materials not accounted for", paper: "copies on paper not accounted for", parents: "something open of the batches it came of", questions: "questions not answered", sample_requests: "samples not tested", results_checked: "results not checked", records: "forms not complete", batch_reviewed: "the review does not stand",
      yields: "yields outside limits", held: "records held back", quarantine: "input in quarantine", untested: "no results yet", reading: "read and sign it", training: "training needed",
    } as Record<string, string>,
  },
};
