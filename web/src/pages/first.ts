//! The pages that a first visit mostly shows: one file, since each costs a journey on a poor connection.

export { default as Home } from './Home.svelte';
export { default as Board } from './Board.svelte';
