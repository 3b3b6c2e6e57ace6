use cardium_api_v1::limits::{LimitWindow, LimitsOut, SizeLimits, SpendLimits};

use crate::call::{Call, Outcome};

/// What is left after this very request.
pub async fn get_limits(call: Call) -> Outcome {
    let wiring = &call.state.wiring;
    let (policy, settings) = (&wiring.edge.policy, &wiring.settings);
    let caller = call.credential()?.id;
    let burst = call.standing.and_then(|standing| standing.burst);
    let windows = call.state.rate_limits.as_ref().zip(burst);
    let windows = windows.map(|(limits, burst)| limits.windows(caller, burst));
    let windows = windows.into_iter().flatten().map(|(name, reading)| LimitWindow {
        name,
        limit: reading.limit,
        remaining: reading.remaining,
        resets_at: reading.resets_at,
    });
    let spend = SpendLimits {
        topup_minimum: policy.topup_minimum,
        topup_maximum: policy.topup_maximum,
        topup_live_from: policy.topup_live_from,
        load_maximum: policy.load_maximum,
    };
    let sizes = SizeLimits {
        body: settings.body_limit,
        evidence: settings.upload_limit,
        headers: settings.headers_limit,
        header_value: settings.header_limit,
    };
    Ok(call.answer(&LimitsOut::new(windows, &spend, &sizes)))
}
