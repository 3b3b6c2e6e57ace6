use cardium_api_v1::health::{HealthOut, Standing};

use crate::{
    block::block,
    call::{Call, Outcome},
};

pub async fn get_system_health(call: Call) -> Outcome {
    let probe = call.state.wiring.health.clone();
    let health = block(move || probe.report()).await?;
    let mut answer = call.answer(&HealthOut::from(&health));
    if health.overall() == Standing::Down {
        answer.status = 503;
    }
    Ok(answer)
}
