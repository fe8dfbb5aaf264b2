// That a watch term was seen, as an event of the audit log: what webhooks are told of.
#pragma once

#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/audit.h"

namespace hitokoe::incident {

// "alert.found" of the stream "alerts": the alert's id, term, severity, source, carriers and number
// of places; nothing of what stands there. A store appends it in the transaction that adds the
// alert, unless that is muted.
Draft alert_found(const Alert& alert);

}  // namespace hitokoe::incident
