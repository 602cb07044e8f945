/* SPDX-License-Identifier: MIT */
/* The places of a registry's names: groups that move, names that nothing keeps apart, old places and their readers. */
#include "registry_fixture.h"

/* Names of one hash, and more names of a group than can be moved: all are found, and go. */
static void test_VR4_ST_05_names_that_nothing_keeps_apart(void **state)
{
    (void)state;
    enum { ALIKE = 5, TOGETHER = KIPC_REGISTRY_GROUP_MAX + 3, NAMES = ALIKE + TOGETHER };
    struct registry_fixture f;
    struct kipc_name names[NAMES];
    registry_set_up(&f, NAMES, 1);
    const struct kipc_registry_reader *reader = kipc_registry_place(&f.registry, 0);
    for (uint32_t i = 0; i < NAMES; i++) {
        names[i] = name_of(i, 0);
        names[i].group = names[i < ALIKE ? 0 : ALIKE].group;
        names[i].place = i < ALIKE ? names[0].place : names[i].place;
        assert_result(kipc_registry_add(&f.registry, &names[i], i + 1), KIPC_OK);
        for (uint32_t known = 0; known <= i; known++) {
            assert_int_equal(registry_look_up(&f, &names[known]), known + 1);
            assert_int_equal(reader->epoch, 0); /* it is over, wherever it found the name: it keeps nothing back */
        }
    }
    assert_true(f.registry.probes_peak > ALIKE && f.registry.crowded != 0);
    size_t group = names[ALIKE].group & f.registry.place_mask;
    assert_int_equal(f.registry.places[group / sizeof(struct kipc_registry_place)].count, KIPC_REGISTRY_GROUP_MAX);
    /* From the middle of the list, from its front, from their own places. */
    static const uint32_t order[] = {3, NAMES - 1, 0, ALIKE, NAMES - 2, 1, 4, 2};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        assert_result(kipc_registry_remove(&f.registry, &names[order[i]]), KIPC_OK);
        assert_result(kipc_registry_remove(&f.registry, &names[order[i]]), KIPC_E_NOTFOUND);
        for (uint32_t other = 0; other < NAMES; other++) {
            bool is_gone = false;
            for (size_t k = 0; k <= i; k++) {
                is_gone = is_gone || order[k] == other;
            }
            assert_int_equal(registry_look_up(&f, &names[other]), is_gone ? 0 : other + 1);
        }
    }
    aligned_memory_free(f.memory);
}

static struct kipc_registry_place *place_of(struct registry_fixture *f, size_t offset)
{
    return &f->registry.places[(offset & f->registry.place_mask) / sizeof(struct kipc_registry_place)];
}

/* Three names, of which the third finds its place taken by the second and so moves the first, which is of its group. */
static void test_VER_PF_05_a_moved_group_stays_at_its_old_places_for_its_readers(void **state)
{
    (void)state;
    struct registry_fixture f;
    registry_set_up(&f, 4, 2);
    const size_t unit = sizeof(struct kipc_registry_place);
    struct kipc_name first = name_of(1, 0);
    struct kipc_name second = name_of(2, 0);
    struct kipc_name third = name_of(3, 0);
    first.group = third.group = 0;
    second.group = unit;
    first.place = 0;
    second.place = third.place = unit;
    assert_result(kipc_registry_add(&f.registry, &first, 1), KIPC_OK);
    assert_result(kipc_registry_add(&f.registry, &second, 2), KIPC_OK);
    struct kipc_registry_place *group = place_of(&f, 0);
    const uint32_t old_displacement = group->displacement;
    struct kipc_registry_place *old_place = place_of(&f, old_displacement);
    const uint32_t entry = old_place->entry;
    struct kipc_registry_reader *reader = kipc_registry_place(&f.registry, 0);
    kipc_registry_read_begin(&f.registry, reader);
    assert_result(kipc_registry_add(&f.registry, &third, 3), KIPC_OK);
    assert_int_equal(f.registry.moves, 1);
    assert_int_not_equal(group->displacement, old_displacement);
    assert_int_equal(old_place->entry, entry); /* for who has the old displacement */
    assert_int_equal(f.registry.left_count, 1);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(registry_look_up(&f, i == 1 ? &first : i == 2 ? &second : &third), i);
    }
    kipc_registry_read_begin(&f.registry, reader);
    /* A name that goes leaves the old place, too: the group may come to stand there again. */
    assert_result(kipc_registry_remove(&f.registry, &first), KIPC_OK);
    assert_int_equal(old_place->entry, 0);
    const uint32_t displacement = group->displacement;
    group->displacement = old_displacement;
    assert_null(kipc_registry_read(&f.registry, &first));
    group->displacement = displacement;
    kipc_registry_read_end(reader);
    aligned_memory_free(f.memory);
}

static void test_VER_PF_05_an_old_place_serves_again_after_its_readers(void **state)
{
    (void)state;
    struct registry_fixture f;
    registry_set_up(&f, 8, 2);
    const size_t unit = sizeof(struct kipc_registry_place);
    struct kipc_name names[5];
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        names[i] = name_of(i, 0);
        names[i].group = i % 2 * unit;
        names[i].place = (i + 1) / 2 * unit; /* 0 | 1: taken when the third, of the first one's group, comes | ... */
    }
    struct kipc_registry_reader *reader = kipc_registry_place(&f.registry, 0);
    assert_result(kipc_registry_add(&f.registry, &names[0], 1), KIPC_OK);
    assert_result(kipc_registry_add(&f.registry, &names[1], 2), KIPC_OK);
    kipc_registry_read_begin(&f.registry, reader);
    assert_result(kipc_registry_add(&f.registry, &names[2], 3), KIPC_OK);
    struct kipc_registry_place *old_place = place_of(&f, 0);
    assert_int_equal(f.registry.moves, 1);
    assert_int_not_equal(old_place->entry, 0);
    /* Nobody else comes there while the reader reads, and a later move finds it free. */
    struct kipc_name other = name_of(9, 0);
    other.group = 3 * unit;
    other.place = 0;
    assert_result(kipc_registry_add(&f.registry, &other, 9), KIPC_OK);
    assert_int_equal(f.registry.left_count, 1);
    assert_int_not_equal(old_place->entry, 0);
    assert_int_not_equal(place_of(&f, place_of(&f, other.group)->displacement + other.place), old_place);
    kipc_registry_read_end(reader);
    uint32_t moves = f.registry.moves;
    for (uint32_t i = 10; f.registry.moves == moves && i < 13; i++) {
        other = name_of(i, 0);
        other.group = (4 + i) * unit;
        other.place = 0;
        assert_result(kipc_registry_add(&f.registry, &other, i), KIPC_OK);
    }
    assert_int_equal(f.registry.moves, moves + 1);
    assert_int_equal(f.registry.left_count, 0);
    aligned_memory_free(f.memory);
}

/* What changes at random is what a plain table says, while a reader keeps old places from being used again. */
static void test_VR4_ST_05_any_order_of_changes(void **state)
{
    (void)state;
    enum { NAMES = 48, CAPACITY = 32, ROUNDS = 40000 };
    struct registry_fixture f;
    struct kipc_name names[NAMES];
    uint32_t ids[NAMES] = {0};
    struct random_numbers random = {.state = 5};
    registry_set_up(&f, CAPACITY, 1);
    struct kipc_registry_reader *reader = kipc_registry_place(&f.registry, 0);
    for (uint32_t i = 0; i < NAMES; i++) {
        names[i] = name_of(i, 0);
    }
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        uint32_t which = (uint32_t)(random_next(&random) % NAMES);
        if (round % 64 == 0) {
            kipc_registry_read_begin(&f.registry, reader);
        } else if (round % 64 == 20) {
            kipc_registry_read_end(reader);
        }
        if (ids[which] == 0) {
            ids[which] = kipc_registry_add(&f.registry, &names[which], round) == KIPC_OK ? round : 0;
        } else {
            assert_result(kipc_registry_remove(&f.registry, &names[which]), KIPC_OK);
            ids[which] = 0;
        }
        for (uint32_t i = 0; i < NAMES; i++) {
            const struct kipc_registry_entry *entry = kipc_registry_read(&f.registry, &names[i]);
            assert_int_equal(entry != NULL ? entry->id : 0, ids[i]);
        }
    }
    /* When all are gone and nobody reads, every place is free again. */
    kipc_registry_read_end(reader);
    for (uint32_t i = 0; i < NAMES; i++) {
        assert_result(kipc_registry_remove(&f.registry, &names[i]), ids[i] != 0 ? KIPC_OK : KIPC_E_NOTFOUND);
    }
    assert_result(kipc_registry_add(&f.registry, &names[0], 1), KIPC_OK);
    assert_result(kipc_registry_remove(&f.registry, &names[0]), KIPC_OK);
    for (size_t offset = 0; offset <= f.registry.place_mask; offset += sizeof(struct kipc_registry_place)) {
        assert_int_equal(place_of(&f, offset)->entry, 0);
    }
    print_message("%u moves, %u places left\n", f.registry.moves, f.registry.left_count);
    assert_true(f.registry.moves > 100);
    aligned_memory_free(f.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VR4_ST_05_names_that_nothing_keeps_apart),
        cmocka_unit_test(test_VER_PF_05_a_moved_group_stays_at_its_old_places_for_its_readers),
        cmocka_unit_test(test_VER_PF_05_an_old_place_serves_again_after_its_readers),
        cmocka_unit_test(test_VR4_ST_05_any_order_of_changes),
    };
    return cmocka_run_group_tests_name("registry_places", tests, NULL, NULL);
}
