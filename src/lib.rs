//! # repduel, a strength-training competition
//!
//! The house, room by room. A feature's data flows one way: `api` (wire types, handlers) → the rules in `mod` →
//! `store` (SQL). Only [`app`] knows all rooms.
//!
//! | Room | What it holds |
//! |---|---|
//! | [`app`] | the composition root: builds the state, mounts the routes, starts, drains, stops |
//! | [`cli`] | the subcommands |
//! | [`platform`] | what any service needs; knows nothing about lifting |
//! | [`strength`] | pure science: numbers in, numbers out |
//! | [`sessions`] | tokens: whose request this is |
//! | [`audit`] | what was done to accounts, by whom |
//! | [`admin`] | looking after accounts: roles, deactivation, deletion, moderation |
//! | [`admission`] | who may register, invitations |
//! | [`api_keys`] | by which other programs act for a user |
//! | [`second_factor`] | codes of a generator, recovery codes |
//! | [`pictures`] | uploaded pictures, made small and harmless |
//! | [`accounts`] | users, passwords, profiles |
//! | [`links`] | links by mail, for one use: to set a password, to show whose an address is |
//! | [`boards`] | where everybody stands: ranks in memory, and what keeps them equal to the database |
//! | [`catalogue`] | exercises ("scenarios"), muscles, equipment |
//! | [`lifts`] | scores, personal bests, the boards of exercises |
//! | [`routines`] | plans of training, one's own, shared, and everybody's |
//! | [`follows`] | who follows and blocks whom, and how lifters find each other |
//! | [`feed`] | what those whom one follows have done |
//! | [`guilds`] | lifters together, and their board |
//! | [`reports`] | what lifters tell the moderators of each other |
//! | [`energy`] | one number for a lifter, and its board |
//! | [`standards`] | what each rank asks for |
//! | [`ranks`] | where a score stands |
//! | [`points`] | what results are worth by each formula, a meet's or a lifter's |
//! | [`workouts`] | what was done at one time, set by set; records, streaks |
//! | [`own_exercises`] | exercises that lifters made for themselves |
//! | [`quests`] | what can be done for points |
//! | [`progress`] | points of experience, levels |
//! | [`meets`] | real lifters from files of meet results |
//! | [`billing`] | payments: none yet, and said so |
//! | [`jobs`] | what is done later: the queue, the worker, the operators' view of both |
//! | [`retention`] | what is forgotten, and when |

pub mod accounts;
pub mod admin;
pub mod admission;
pub mod api_keys;
pub mod app;
pub mod audit;
pub mod billing;
pub mod boards;
pub mod catalogue;
pub mod cli;
pub mod energy;
pub mod feed;
pub mod follows;
pub mod guilds;
pub mod jobs;
pub mod lifts;
pub mod links;
pub mod meets;
pub mod own_exercises;
pub mod pictures;
pub mod platform;
pub mod points;
pub mod progress;
pub mod quests;
pub mod ranks;
pub mod reports;
pub mod retention;
pub mod routines;
pub mod second_factor;
pub mod sessions;
pub mod standards;
pub mod strength;
pub mod workouts;
