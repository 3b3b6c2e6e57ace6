//! `cardium demo`: a newcomer's first command.

use cardium_testkit::{Backend, Scratch};

use crate::{
    on_both,
    support::{assert_exit, cardium, finish},
};

on_both! {
    the_demo_prints_a_line_for_each_step;
}

fn the_demo_prints_a_line_for_each_step(backend: Backend) {
    let scratch = Scratch::new(backend);
    let mut command = cardium(&scratch, &[]);
    command.arg("demo");
    let finished = finish(&scratch, command);
    assert_exit(&finished, 0);
    let lines: Vec<_> = finished.output.lines().collect();
    let (last, steps) = lines.split_last().expect("the demo prints something");
    for step in steps {
        assert!(step.starts_with("ok ") && step.contains(" ms  "), "{step}");
    }
    let expected = format!("All {} steps as expected", steps.len());
    assert!(last.starts_with(&expected), "{last}");
    assert!(steps.len() >= 15, "{}", finished.output);
    assert_eq!(finished.errors, "", "nothing but the steps is shown");
}
