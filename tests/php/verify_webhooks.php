<?php
// Verifies webhooks with code that is not Cardium's: tests/node/verify_webhooks.js in PHP, with
// the sample alone.
//
//     php verify_webhooks.php < cases.json
require __DIR__ . '/webhook_sample.php';

function passes(callable $check): bool {
    try {
        return $check();
    } catch (Throwable) {
        return false;
    }
}

$verdicts = [];
foreach (json_decode(file_get_contents('php://stdin'), true, 512, JSON_THROW_ON_ERROR) as $case) {
    $check = fn() => verify($case['body'], $case['signature'], $case['secret']);
    $verdicts[] = ['sample' => passes($check)];
}
echo json_encode($verdicts, JSON_THROW_ON_ERROR);
