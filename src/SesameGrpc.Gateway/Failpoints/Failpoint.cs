namespace SesameGrpc.Gateway.Failpoints;

/// <summary>The moments at which a kill must do no harm. The long form of the kill test is killed at each of them; one that is never reached fails it.</summary>
internal enum Failpoint
{
    /// <summary>Start: one of the key ring's files is written, under a name that does not count yet.</summary>
    KeyWritten,

    /// <summary>Start: the schema is not up to date, and nobody else brings it up.</summary>
    MigrationBegun,

    /// <summary>Start: the schema is up to date, and nothing else is done.</summary>
    MigrationDone,

    /// <summary>SQLite: one of several statements of a transaction has run.</summary>
    StoreStatementRan,

    /// <summary>All statements of a transaction are there; PostgreSQL has not got the last of them.</summary>
    StoreReady,

    /// <summary>PostgreSQL has the last statements and the commit, and the gateway has not read whether it took them.</summary>
    StoreSent,

    /// <summary>A transaction is committed.</summary>
    StoreCommitted,

    /// <summary>The ledger's transaction is open, and has read nothing.</summary>
    LedgerBegun,

    /// <summary>The ledger has read what the group needs, and locked its persons.</summary>
    LedgerRead,

    /// <summary>One unit of a group is decided on.</summary>
    LedgerDecided,

    /// <summary>The group's statements are complete, with their leaves in the audit log.</summary>
    LedgerReady,

    /// <summary>The group is committed, and nobody has been told.</summary>
    LedgerCommitted,

    /// <summary>One unit of a group has its outcome; the others wait for theirs.</summary>
    LedgerTold,

    /// <summary>A mutation of the ledger has its answer, and the call has not.</summary>
    LedgerAnswered,

    /// <summary>A request_id is claimed, without any effect yet.</summary>
    ReplayClaimed,

    /// <summary>The effect is there, without the answer's record.</summary>
    ReplayEffectDone,

    /// <summary>Effect, answer and leaves are there, not committed.</summary>
    ReplayReady,

    /// <summary>They are committed.</summary>
    ReplayCommitted,

    /// <summary>The first answer of a repeated request is found.</summary>
    ReplayFound,

    /// <summary>The header of a replayed answer is sent, and the answer is not.</summary>
    ReplayMarked,

    /// <summary>Entries of the read path wait for a transaction.</summary>
    AuditTaken,

    /// <summary>Their statements are there, not sent.</summary>
    AuditReady,

    /// <summary>They are committed, and nobody has been told.</summary>
    AuditCommitted,

    /// <summary>The call knows that its entry is durable; its answer is not sent.</summary>
    AuditDurable,

    /// <summary>The tree of the next checkpoint is made, in memory only.</summary>
    CheckpointGrown,

    /// <summary>The published size is raised, without tiles and checkpoint.</summary>
    CheckpointTurnTaken,

    /// <summary>Tiles and checkpoint are there, not committed.</summary>
    CheckpointReady,

    /// <summary>The checkpoint is stored.</summary>
    CheckpointStored,

    /// <summary>A due collection is found, and not taken.</summary>
    CollectionFound,

    /// <summary>It is taken, and the payment system is not asked.</summary>
    CollectionTaken,

    /// <summary>The payment system has answered, and nothing is written.</summary>
    CollectionAsked,

    /// <summary>What the answer means is written.</summary>
    CollectionApplied,

    /// <summary>The shared cache is barred from holding what a change of persons outdates; nothing is committed.</summary>
    PersonBarred,

    /// <summary>A change of a person is committed, and no instance has been told.</summary>
    PersonCommitted,

    /// <summary>All instances have been told of it.</summary>
    PersonAnnounced,

    /// <summary>A change of consents is committed, and its caller has not been told.</summary>
    ConsentCommitted,

    /// <summary>A batch of scores is written, without the position that it reaches.</summary>
    ScoresApplied,

    /// <summary>The position is there too, not committed.</summary>
    ScoresSaved,

    /// <summary>The batch is committed.</summary>
    ScoresCommitted,

    /// <summary>A partner is written, and its client is not registered.</summary>
    PartnerSaved,

    /// <summary>Both are written, not committed.</summary>
    PartnerRegistered,

    /// <summary>Both are committed, and this instance does not know them yet.</summary>
    PartnerCommitted,
}
