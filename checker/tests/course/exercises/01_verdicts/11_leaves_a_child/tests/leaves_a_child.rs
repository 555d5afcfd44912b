#[interleave::test]
fn it_ends_although_its_children_do_not() {
    leaves_a_child::spawn();
}
