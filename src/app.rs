//! The composition root: the only place that knows every room.

use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Bytes, Data, PayloadConfig};
use actix_web::{App, HttpServer};
use tokio_postgres::Client;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};

use crate::accounts::{Hasher, HashingThreads};
use crate::catalogue::{Catalogue, CatalogueAnswers};
use crate::jobs::{Registered, Schedule};
use crate::pictures::Studio;
use crate::platform::config::Environment;
use crate::platform::database::{self, Shared, bootstrap, waiting};
use crate::platform::envelope::{Envelope, envelope};
use crate::platform::extract::BODY_LIMIT;
use crate::platform::lifecycle::{self, Lifecycle};
use crate::platform::listener::Listeners;
use crate::platform::logging::Verbosity;
use crate::platform::metrics::{Metrics, MoreFigures, get_metrics};
use crate::platform::rate_limit::RateLimits;
use crate::platform::routing::{KnownMethods, unmatched};
use crate::platform::seal::Sealer;
use crate::platform::watchdog::Watchdog;
use crate::platform::{
    Config, Database, app_links, health, indexes, installation, migrations, openapi, uploads, version,
};
use crate::quests::Templates;
use crate::sessions::{KnownKeys, LastUse, Revocations, Tokens, identify};
use crate::{
    accounts, admin, admission, api_keys, billing, boards, catalogue, energy, feed, follows, guilds, jobs, lifts, links,
};
use crate::{
    own_exercises, points, progress, quests, ranks, reports, retention, routines, sessions, standards, workouts,
};

/// Longer than Caddy keeps its connections to us, so that it never sends into one that we are closing.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Longer than draining takes, shorter than systemd waits.
const SHUTDOWN_SECONDS: u64 = 35;

/// Every route of every feature.
fn routes(config: &mut ServiceConfig) {
    config.service(health::get_root).service(health::get_health).service(health::get_live);
    config.service(health::get_ready).service(health::get_database).service(version::get_version);
    config.service(app_links::get_app_association).service(app_links::get_app_association_of_old);
    config.service(app_links::get_old_service_worker);
    config.configure(boards::first_route).configure(jobs::routes);
    config.service(
        scope::scope("/api/v1")
            // First: routes are looked for in this order, and these are asked most.
            .configure(boards::routes)
            .configure(sessions::routes)
            .configure(admission::routes)
            .configure(api_keys::routes)
            .configure(follows::first_routes)
            .configure(accounts::routes)
            .configure(follows::routes)
            .configure(feed::routes)
            .configure(guilds::routes)
            .configure(reports::routes)
            .configure(admin::routes)
            .configure(catalogue::routes)
            .configure(lifts::routes)
            .configure(energy::routes)
            .configure(boards::rises::routes)
            .configure(standards::routes)
            .configure(ranks::routes)
            .configure(points::routes)
            .configure(progress::routes)
            .configure(quests::routes)
            .configure(workouts::routes)
            .configure(own_exercises::routes)
            .configure(billing::routes)
            .configure(routines::routes)
            .service(openapi::get_document),
    );
}

/// The API's document.
pub fn document() -> OpenApi {
    openapi::complete(App::new().into_utoipa_app().openapi(openapi::base()).configure(routes).split_for_parts().1)
}

/// Everything that all workers share.
#[derive(Clone)]
struct State {
    config: Data<Config>,
    shared: Data<Arc<Shared>>,
    lifecycle: Data<Lifecycle>,
    watchdog: Watchdog,
    metrics: Data<Metrics>,
    envelope: Data<Envelope>,
    tokens: Data<Tokens>,
    revocations: Data<Revocations>,
    live: Data<boards::Live>,
    kept_of_boards: Arc<boards::Kept>,
    cuts_of_energy: Data<energy::EnergyCuts>,
    cuts_of_lifts: Data<lifts::LiftCuts>,
    total_of_guilds: Data<guilds::BoardTotal>,
    known_keys: Data<KnownKeys>,
    limits: Data<RateLimits>,
    studio: Data<Studio>,
    sealer: Data<Sealer>,
    hasher: Data<Hasher>,
    catalogue: Data<Catalogue>,
    quests: Data<Templates>,
    answers: Data<CatalogueAnswers>,
    document: Data<openapi::Document>,
    known_methods: Data<KnownMethods>,
    openapi: OpenApi,
}

impl State {
    fn new(
        config: Config,
        shared: Arc<Shared>,
        lifecycle: Lifecycle,
        verbosity: Arc<Verbosity>,
    ) -> io::Result<(Self, HashingThreads)> {
        let metrics = Data::new(Metrics::new(shared.clone()).map_err(io::Error::other)?);
        let catalogue = Catalogue::load().map_err(io::Error::other)?;
        let openapi = document();
        let (hasher, threads) = Hasher::start(&config.password)?;
        let state = Self {
            envelope: Data::new(Envelope {
                time_limit: config.request_timeout,
                lifecycle: lifecycle.clone(),
                metrics: metrics.clone(),
                verbosity,
            }),
            tokens: Data::new(Tokens::new(&config)),
            revocations: Data::default(),
            live: Data::default(),
            kept_of_boards: Arc::default(),
            cuts_of_energy: Data::default(),
            cuts_of_lifts: Data::default(),
            total_of_guilds: Data::default(),
            known_keys: Data::default(),
            limits: Data::new(RateLimits::new(&config.rate_limits)),
            studio: Data::default(),
            sealer: Data::new(Sealer::new(&config.data_keys)),
            answers: Data::new(CatalogueAnswers::new(&catalogue)?),
            document: Data::new(openapi::Document(Bytes::from(openapi.to_json()?))),
            known_methods: Data::new(KnownMethods::of(&openapi)),
            config: Data::new(config),
            shared: Data::new(shared),
            lifecycle: Data::new(lifecycle),
            watchdog: Watchdog::default(),
            metrics,
            hasher: Data::new(hasher),
            catalogue: Data::new(catalogue),
            quests: Data::new(Templates::load().map_err(io::Error::other)?),
            openapi,
        };
        Ok((state, threads))
    }

    fn cors(&self) -> Cors {
        let cors = Cors::default()
            .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
            .allow_any_header()
            .expose_headers(["x-request-id", "retry-after"])
            .supports_credentials()
            .block_on_origin_mismatch(false)
            .max_age(600);
        self.config.origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
    }
}

/// Serves until a signal says to stop.
pub async fn serve(config: Config, listeners: Listeners, verbosity: Arc<Verbosity>) -> io::Result<()> {
    let shared = Arc::new(Shared::default());
    let lifecycle = Lifecycle::default();
    let workers = config.workers;
    bootstrap(shared.clone(), config.database.clone(), workers, |client| Box::pin(check_schema(client)))
        .await
        .map_err(io::Error::other)?;
    let (state, _hashing_threads) = State::new(config, shared.clone(), lifecycle.clone(), verbosity)?;
    let watchdog = state.watchdog.clone();
    database::feed::follow(shared.clone(), state.revocations.clone().into_inner());
    boards::follow(shared.clone(), state.live.clone().into_inner());

    let (api_address, ops_address) = (listeners.api.local_addr()?, listeners.ops.local_addr()?);
    let api = api_server(state.clone(), listeners.api, workers)?;
    let ops = ops_server(state, listeners.ops)?;
    let handles = vec![api.handle(), ops.handle()];
    let (api, ops) = (tokio::spawn(api), tokio::spawn(ops));
    slog_scope::info!("serving"; "api" => api_address.to_string(), "ops" => ops_address.to_string(),
        "version" => version::VERSION, "commit" => version::COMMIT);
    let status = match shared.name() {
        Ok(_) => "serving".to_owned(),
        Err(reason) => waiting(&reason),
    };
    watchdog.start();
    lifecycle::ready(&status);

    lifecycle.stop_on_signal(handles).await?;
    for server in [api, ops] {
        server.await.map_err(io::Error::other)??;
    }
    slog_scope::info!("stopped");
    Ok(())
}

fn api_server(state: State, listener: std::net::TcpListener, workers: usize) -> io::Result<actix_web::dev::Server> {
    let time_limit = state.config.request_timeout;
    let server = HttpServer::new(move || {
        let (app, _) = App::new().into_utoipa_app().configure(routes).split_for_parts();
        state.watchdog.watch_this_worker();
        let database = Data::new(Database::of_worker(state.shared.as_ref().clone()));
        let boards = boards::Boards {
            db: database.clone(),
            live: state.live.clone(),
            catalogue: state.catalogue.clone(),
            kept: state.kept_of_boards.clone(),
            sealer: state.sealer.clone(),
        };
        let last_use = LastUse::of_worker(database.clone());
        let recording =
            lifts::Recording { db: database.clone(), live: state.live.clone(), catalogue: state.catalogue.clone() };
        let with_docs = state.config.environment != Environment::Production;
        let openapi = state.openapi.clone();
        app.configure(move |config| {
            if with_docs {
                openapi::swagger_ui(config, openapi);
            }
        })
        .service(uploads::serve(&state.config.static_directory))
        .default_service(web::to(unmatched))
        .app_data(PayloadConfig::new(BODY_LIMIT))
        .app_data(database)
        .app_data(Data::new(last_use))
        .app_data(Data::new(lifts::Together::of_worker(recording, time_limit)))
        .app_data(state.revocations.clone())
        .app_data(state.live.clone())
        .app_data(Data::new(boards))
        .app_data(state.cuts_of_energy.clone())
        .app_data(state.cuts_of_lifts.clone())
        .app_data(state.total_of_guilds.clone())
        .app_data(state.known_keys.clone())
        .app_data(state.limits.clone())
        .app_data(state.sealer.clone())
        .app_data(state.studio.clone())
        .app_data(state.config.clone())
        .app_data(state.shared.clone())
        .app_data(state.lifecycle.clone())
        .app_data(state.envelope.clone())
        .app_data(state.tokens.clone())
        .app_data(state.hasher.clone())
        .app_data(state.catalogue.clone())
        .app_data(state.quests.clone())
        .app_data(state.answers.clone())
        .app_data(state.document.clone())
        .app_data(state.known_methods.clone())
        .wrap(from_fn(boards::at_once))
        .wrap(from_fn(identify))
        .wrap(from_fn(envelope))
        .wrap(state.cors())
        .wrap(from_fn(boards::at_once_for_strangers))
    });
    let server = server
        .workers(workers)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(time_limit)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// The operators' listener: figures and details that nobody outside may see.
fn ops_server(state: State, listener: std::net::TcpListener) -> io::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || {
        let queue = jobs::QueueFigures::new(state.shared.as_ref().clone());
        let boards = boards::BoardFigures(state.live.clone().into_inner());
        App::new()
            .app_data(Data::new(MoreFigures(vec![Box::new(queue), Box::new(boards)])))
            .app_data(state.metrics.clone())
            .app_data(state.shared.clone())
            .app_data(state.lifecycle.clone())
            .service(get_metrics)
            .service(health::get_details)
            .configure(|config| openapi::swagger_ui(config, state.openapi.clone()))
    });
    Ok(server.workers(1).shutdown_timeout(SHUTDOWN_SECONDS).disable_signals().listen(listener)?.run())
}

/// Runs jobs until a signal says to stop.
pub async fn work(config: Config) -> io::Result<()> {
    jobs::work(config, tasks(), &SCHEDULES, |client| Box::pin(check_queue(client))).await
}

/// When what is done by itself.
static SCHEDULES: LazyLock<Vec<Schedule>> =
    LazyLock::new(|| retention::SCHEDULES.into_iter().chain([boards::check::SCHEDULE]).collect());

/// Every task of every feature.
pub fn tasks() -> Vec<Registered> {
    let mut tasks = vec![Registered::of::<jobs::Probe>()];
    tasks.extend(links::tasks());
    tasks.extend(retention::tasks());
    tasks.push(Registered::of::<boards::check::CheckBoards>());
    tasks
}

/// Whether this program can run jobs on a database; the message names the command to run.
async fn check_queue(client: &Client) -> Result<(), String> {
    migrations::check(client).await?;
    jobs::schema::check(client).await
}

/// Whether this program can serve from a database; the message names the command to run.
async fn check_schema(client: &Client) -> Result<(), String> {
    check_queue(client).await?;
    let catalogue = Catalogue::load().map_err(|error| error.to_string())?;
    match catalogue::missing(client, &catalogue).await {
        Ok(0) => Ok(()),
        Ok(number) => {
            Err(format!("the database lacks {number} exercises of this program's catalogue; run: repduel migrate"))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// What a migration did.
#[derive(Debug, Default)]
pub struct Migrated {
    pub migrations: Vec<String>,
    /// The steps of the queue's own schema.
    pub queue: Vec<i32>,
    pub indexes: Vec<String>,
    pub exercises: u64,
    /// Everybody's routines that are new, changed or gone.
    pub routines: u64,
    /// The lifters who had lifts and stood nowhere.
    pub standings: u64,
}

/// Brings a database up to this program: its schema, its queue, its exercises, everybody's routines, its boards, then its
/// large indexes. One process at a time does. `watcher` is a second connection, which tells how far the first one is;
/// `state` is where this host keeps the id of its database.
pub async fn migrate(
    client: &mut Client,
    watcher: &Client,
    state: Option<&Path>,
) -> Result<Migrated, migrations::MigrationError> {
    let failed = migrations::MigrationError::Failed;
    migrations::lock(client).await?;
    installation::check(client, state).await.map_err(failed)?;
    let migrations = migrations::migrate(client).await?;
    let queue = jobs::schema::migrate(client).await?;
    let catalogue = Catalogue::load().map_err(|error| failed(error.to_string()))?;
    let exercises = catalogue::mirror(client, &catalogue).await?;
    let templates = Templates::load().map_err(|error| failed(error.to_string()))?;
    quests::mirror(client, &templates).await?;
    let routines = routines::mirror(client, &catalogue).await.map_err(|error| failed(error.to_string()))?;
    let done = |done| slog_scope::info!("lifters are put on boards"; "done" => done);
    let standings = boards::bulk::fill(client, &catalogue, done).await.map_err(|error| failed(error.to_string()))?;
    let indexes = indexes::build(client, watcher).await?;
    installation::check(client, state).await.map_err(failed)?;
    if !migrations.is_empty() && boards::bulk::is_needed(client).await.map_err(|error| failed(error.to_string()))? {
        // While this ran and until it is replaced, the program of before records lifts without knowing of what is new.
        jobs::add_later::<boards::check::CheckBoards>(client, "2 minutes").await.map_err(failed)?;
    }
    Ok(Migrated { migrations, queue, indexes, exercises, routines, standings })
}
