//! Patterns over a tree: every way in which a pattern fits the nodes.

use std::time::Instant;

use tree_sitter::Node;

use super::{Against, Child, Kind, Query, Step};

/// How many steps pass between two looks at the clock.
const STEPS: u32 = 1 << 12;

/// A parsed file, its nodes in a row: each before its children, these one after another.
pub(in crate::code) struct Tree<'t> {
    nodes: Vec<Entry<'t>>,
    text: &'t str,
}

struct Entry<'t> {
    node: Node<'t>,
    kind: u16,
    /// In its parent; 0 for none.
    field: u16,
    named: bool,
    error: bool,
    /// The place behind its last descendant.
    end: u32,
    /// Whether the node at that place is a sibling.
    last: bool,
}

/// One way in which a pattern fits.
pub(in crate::code) struct Found<'t> {
    /// The capture's place in its query, and the node, in the order of the tree.
    pub captures: Vec<(usize, Node<'t>)>,
}

impl<'t> Tree<'t> {
    pub(in crate::code) fn new(root: Node<'t>, text: &'t str) -> Self {
        let mut nodes: Vec<Entry<'t>> = Vec::with_capacity(root.descendant_count());
        let mut cursor = root.walk();
        let mut open: Vec<usize> = Vec::new();
        let place = |at: usize| u32::try_from(at).expect("a file that is read has fewer nodes");
        'walk: loop {
            let node = cursor.node();
            open.push(nodes.len());
            nodes.push(Entry {
                node,
                kind: node.kind_id(),
                field: cursor.field_id().map_or(0, std::num::NonZero::get),
                named: node.is_named(),
                error: node.is_error(),
                end: 0,
                last: false,
            });
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                let end = place(nodes.len());
                let closed = open.pop().expect("each node that ends has begun");
                nodes[closed].end = end;
                if cursor.goto_next_sibling() {
                    continue 'walk;
                }
                nodes[closed].last = true;
                if !cursor.goto_parent() {
                    break 'walk;
                }
            }
        }
        Self { nodes, text }
    }

    /// Each way in which each query fits, with the query's place among them; nothing where the time is up first.
    pub(in crate::code) fn matches(
        &self,
        queries: &[&Query],
        until: Option<Instant>,
    ) -> Option<Vec<(usize, Found<'t>)>> {
        let kinds = self.nodes.iter().map(|n| usize::from(n.kind)).filter(|k| *k != usize::from(u16::MAX)).max();
        // The queries that may begin with a kind of node.
        let mut by_kind: Vec<Vec<usize>> = vec![Vec::new(); kinds.unwrap_or(0) + 1];
        let mut any = Vec::new();
        for (at, query) in queries.iter().enumerate() {
            for root in &query.roots {
                match root.kind {
                    Kind::Is(kind) => {
                        if let Some(list) = by_kind.get_mut(usize::from(kind)).filter(|l| l.last() != Some(&at)) {
                            list.push(at);
                        }
                    }
                    Kind::Named | Kind::Any => any.push(at),
                }
            }
        }
        any.dedup();
        let mut all = Vec::new();
        let mut walk = Walk { tree: self, until, steps: 0, late: false };
        for (place, entry) in (0_u32..).zip(&self.nodes) {
            let own = by_kind.get(usize::from(entry.kind)).into_iter().flatten();
            for &at in own.chain(&any) {
                let found = walk.fits(queries[at], place);
                all.extend(found.into_iter().map(|captures| (at, Found { captures })));
            }
            if walk.late {
                return None;
            }
        }
        Some(all)
    }

    fn first_child(&self, at: u32) -> Option<u32> {
        (self.nodes[at as usize].end > at + 1).then_some(at + 1)
    }

    fn next_sibling(&self, at: u32) -> Option<u32> {
        let entry = &self.nodes[at as usize];
        (!entry.last).then_some(entry.end)
    }

    /// A node and the siblings behind it.
    fn siblings(&self, from: Option<u32>) -> impl Iterator<Item = u32> {
        std::iter::successors(from, |at| self.next_sibling(*at))
    }
}

impl Query {
    /// Whether the captures that are compared with each other pass.
    fn compared_pass(&self, captures: &Captures<'_>, text: &str) -> bool {
        let texts = |of: usize| captures.iter().filter(move |(c, _)| *c == of).map(|(_, n)| &text[n.byte_range()]);
        self.tests.iter().all(|test| match test.against {
            Against::Capture(other) => texts(test.capture).zip(texts(other)).all(|(a, b)| (a == b) == test.holds),
            _ => true,
        })
    }
}

type Captures<'t> = Vec<(usize, Node<'t>)>;

struct Walk<'w, 't> {
    tree: &'w Tree<'t>,
    until: Option<Instant>,
    steps: u32,
    late: bool,
}

/// What is left to do when a part of a pattern has been found.
type Then<'c, 'w, 't> = &'c mut dyn FnMut(&mut Walk<'w, 't>, &mut Captures<'t>);

impl<'w, 't> Walk<'w, 't> {
    /// The ways in which a query fits a node. Of two, one of which captures all that the other does, it is the larger.
    fn fits(&mut self, query: &Query, at: u32) -> Vec<Captures<'t>> {
        let mut all: Vec<Captures<'t>> = Vec::new();
        let text = self.tree.text;
        for root in &query.roots {
            self.node(query, root, at, &mut Vec::new(), &mut |_, captures| {
                let holds = |part: &Captures<'_>, whole: &Captures<'_>| {
                    part.iter().all(|(c, n)| whole.iter().any(|(other, node)| c == other && n.id() == node.id()))
                };
                if query.compared_pass(captures, text) && !all.iter().any(|known| holds(captures, known)) {
                    all.retain(|known| !holds(known, captures));
                    all.push(captures.clone());
                }
            });
        }
        all
    }

    fn node(&mut self, query: &Query, step: &Step, at: u32, captures: &mut Captures<'t>, then: Then<'_, 'w, 't>) {
        let tree = self.tree;
        let entry = &tree.nodes[at as usize];
        let is = match step.kind {
            Kind::Is(kind) => entry.kind == kind,
            Kind::Named => entry.named && !entry.error,
            Kind::Any => !entry.error,
        };
        let has = |field: &u16| tree.siblings(tree.first_child(at)).any(|c| tree.nodes[c as usize].field == *field);
        if !is || self.is_late() || step.without.iter().any(has) {
            return;
        }
        let before = captures.len();
        captures.extend(step.captures.iter().map(|c| (*c, entry.node)));
        let source = &tree.text[entry.node.byte_range()];
        let passes = query.tests.iter().filter(|t| step.captures.contains(&t.capture)).all(|t| t.passes(source));
        if passes {
            self.children(query, step, 0, tree.first_child(at), captures, then);
        }
        captures.truncate(before);
    }

    /// The children of a step from one on, among the nodes from one on.
    fn children(
        &mut self,
        query: &Query,
        step: &Step,
        child: usize,
        from: Option<u32>,
        captures: &mut Captures<'t>,
        then: Then<'_, 'w, 't>,
    ) {
        let tree = self.tree;
        let Some(Child { of, optional, next }) = step.children.get(child) else {
            let closed = !step.closed || !tree.siblings(from).any(|at| tree.nodes[at as usize].named);
            if closed {
                then(self, captures);
            }
            return;
        };
        for at in tree.siblings(from) {
            let entry = &tree.nodes[at as usize];
            for step_of in of.iter().filter(|s| s.field.is_none_or(|f| f == entry.field)) {
                self.node(query, step_of, at, captures, &mut |walk, captures| {
                    walk.children(query, step, child + 1, tree.next_sibling(at), captures, &mut *then);
                });
            }
            if *next && entry.named || self.is_late() {
                break;
            }
        }
        if *optional {
            self.children(query, step, child + 1, from, captures, then);
        }
    }

    fn is_late(&mut self) -> bool {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS) {
            self.late |= self.until.is_some_and(|until| Instant::now() > until);
        }
        self.late
    }
}
