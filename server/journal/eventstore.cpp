// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/eventstore.h"

#include "files/plainfile.h"
#include "protocol/keys.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSqlError>
#include <QVariant>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int formatVersion = 1;
constexpr int prunedAtOnce = 2000;

// In this order, and as SQLite keeps it.
constexpr std::array tables{"CREATE TABLE events (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, "
                            "type TEXT NOT NULL, process TEXT NOT NULL, "
                            "instance INTEGER NOT NULL, json BLOB NOT NULL)",
    "CREATE INDEX events_of_process ON events (process, id)",
    "CREATE INDEX events_by_time ON events (at)"};

// Of sqlite3.h, which is not needed otherwise.
constexpr int sqliteReadOnly = 8;
constexpr int sqliteCorrupt = 11;
constexpr int sqliteFull = 13;
constexpr int sqliteNotADatabase = 26;

StoreFault::Kind kindOf(int sqliteCode)
{
    switch (sqliteCode & 0xff) {
    case sqliteFull:
        return StoreFault::Kind::Full;
    case sqliteReadOnly:
        return StoreFault::Kind::ReadOnly;
    case sqliteCorrupt:
    case sqliteNotADatabase:
        return StoreFault::Kind::Damaged;
    default:
        return StoreFault::Kind::Failed;
    }
}

StoreFault::Kind kindOfErrno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return StoreFault::Kind::Full;
    case EROFS:
    case EACCES:
        return StoreFault::Kind::ReadOnly;
    case ENOENT:
        return StoreFault::Kind::Removed;
    default:
        return StoreFault::Kind::Failed;
    }
}

std::optional<std::pair<dev_t, ino_t>> fileAt(const QString &path)
{
    struct stat status
    { };
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        return std::nullopt;
    return std::pair(status.st_dev, status.st_ino);
}

QString placeholders(qsizetype count)
{
    return u'(' + QStringList(count, u"?"_s).join(u',') + u')';
}

/// The condition of \a query, and what stands for its question marks. Without "until": an id that
/// is damaged is most likely beyond it, and has to be seen.
QString conditionOf(const EventQuery &query, QVariantList &values)
{
    QStringList all{u"id > ?"_s};
    values = {query.after};
    if (query.since.isValid()) {
        all.append(u"at >= ?"_s);
        values.append(query.since.toMSecsSinceEpoch());
    }
    if (query.before.isValid()) {
        all.append(u"at < ?"_s);
        values.append(query.before.toMSecsSinceEpoch());
    }
    const auto oneOf = [&](const QString &column, const QStringList &words) {
        all.append(column + u" IN "_s + placeholders(words.size()));
        for (const QString &word : words)
            values.append(word);
    };
    if (!query.processes.isEmpty())
        oneOf(
            u"process"_s, query.serverToo ? query.processes + QStringList{u""_s} : query.processes);
    if (!query.types.isEmpty())
        oneOf(u"type"_s, query.types);
    return all.join(u" AND "_s);
}

} // namespace

EventStore::EventStore(QString path)
    : m_path(std::move(path))
    , m_name(u"semper-journal-%1"_s.arg(quintptr(this), 0, 16))
{ }

EventStore::~EventStore()
{
    close();
}

EventStore::Outcome EventStore::open()
{
    close();
    if (auto fault = createFile())
        return fault;
    m_database = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_name);
    m_database.setDatabaseName(m_path);
    auto fault = m_database.open() ? prepare() : std::optional(faultOf(m_database.lastError()));
    if (fault)
        close();
    return fault;
}

// SQLite would create it with the umask's mode; the files beside it get the mode of this one.
EventStore::Outcome EventStore::createFile()
{
    const auto opened = openPlainFile(m_path, O_RDWR | O_CREAT | O_NOFOLLOW);
    if (const auto *reason = std::get_if<QString>(&opened)) {
        return StoreFault{kindOfErrno(errno), *reason};
    }
    ::close(std::get<int>(opened));
    m_file = fileAt(m_path).value_or(std::pair<dev_t, ino_t>());
    return std::nullopt;
}

EventStore::Outcome EventStore::prepare()
{
    // Alone with its file, SQLite needs no memory that is mapped from it, in which a disk that is
    // full, or a file that somebody cuts, would be a SIGBUS.
    for (const char *sql : {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL",
             "PRAGMA synchronous = NORMAL", "PRAGMA journal_size_limit = 4194304"})
        if (auto fault = run(QLatin1StringView(sql)))
            return fault;
    m_syncsAlways = false;
    if (number(u"SELECT count(*) FROM sqlite_master"_s) == 0)
        if (auto fault = createTables())
            return fault;
    if (auto fault = checkTables())
        return fault;
    m_insert.emplace(m_database);
    if (!m_insert->prepare(u"INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?)"_s))
        return faultOf(m_insert->lastError());
    return std::nullopt;
}

/// As a whole: a server that is killed meanwhile leaves none.
EventStore::Outcome EventStore::createTables()
{
    QStringList all{u"BEGIN"_s};
    for (const char *sql : tables)
        all.append(QLatin1StringView(sql));
    all.append({u"PRAGMA user_version = %1"_s.arg(formatVersion), u"COMMIT"_s});
    for (const QString &sql : std::as_const(all))
        if (auto fault = run(sql))
            return fault;
    return std::nullopt;
}

/// Where the tables are not those that are created, SQLite may look for the events at a wrong
/// place, and find none.
EventStore::Outcome EventStore::checkTables()
{
    QSqlQuery query(m_database);
    if (!query.exec(u"SELECT sql, rootpage FROM sqlite_master ORDER BY rowid"_s))
        return faultOf(query.lastError());
    const qint64 version = number(u"PRAGMA user_version"_s);
    bool isSound = version == formatVersion;
    qint64 page = 2; // the first has what is read here
    for (const char *sql : tables)
        isSound = isSound && query.next() && query.value(0).toString() == QLatin1StringView(sql)
            && query.value(1).toLongLong() == page++;
    if (isSound && !query.next())
        return std::nullopt;
    return StoreFault{StoreFault::Kind::Damaged,
        u"%1 is damaged, or was written by another Semper (form %2)"_s.arg(m_path).arg(version)};
}

void EventStore::close()
{
    m_insert.reset();
    m_database.close();
    m_database = {};
    if (QSqlDatabase::contains(m_name))
        QSqlDatabase::removeDatabase(m_name);
}

bool EventStore::isInPlace() const
{
    return fileAt(m_path) == m_file;
}

EventStore::Outcome EventStore::append(const std::vector<JournalEvent> &events, bool precious)
{
    if (precious != m_syncsAlways) {
        if (auto fault
            = run(precious ? u"PRAGMA synchronous = FULL"_s : u"PRAGMA synchronous = NORMAL"_s))
            return fault;
        m_syncsAlways = precious;
    }
    return write(events);
}

EventStore::Outcome EventStore::write(const std::vector<JournalEvent> &events)
{
    // Not by transaction() and commit(), whose errors have no code.
    if (auto fault = run(u"BEGIN"_s))
        return fault;
    for (const JournalEvent &event : events) {
        m_insert->bindValue(0, event.id);
        m_insert->bindValue(1, event.at);
        m_insert->bindValue(2, event.type);
        m_insert->bindValue(3, event.subject.first.isNull() ? u""_s : event.subject.first);
        m_insert->bindValue(4, event.subject.second);
        m_insert->bindValue(5, event.json);
        if (!m_insert->exec())
            return faultOf(m_insert->lastError());
    }
    m_insert->finish();
    return run(u"COMMIT"_s);
}

std::variant<std::vector<JournalEvent>, StoreFault> EventStore::read(const EventQuery &query)
{
    QVariantList values;
    QSqlQuery select(m_database);
    select.setForwardOnly(true);
    bool isDone = select.prepare(u"SELECT id, json FROM events WHERE "_s
        + conditionOf(query, values) + u" ORDER BY id "_s + (query.newest ? u"DESC"_s : u"ASC"_s));
    for (const QVariant &value : std::as_const(values))
        select.addBindValue(value);
    isDone = isDone && select.exec();
    std::vector<JournalEvent> events;
    while (isDone && events.size() <= std::size_t(query.limit) && select.next()) {
        const JournalEvent event{
            .id = select.value(0).toLongLong(), .json = select.value(1).toByteArray()};
        if (QJsonDocument::fromJson(event.json)[keys::id].toInteger() != event.id)
            return StoreFault{StoreFault::Kind::Damaged,
                u"%1: what is kept as the event %2 is none"_s.arg(m_path).arg(event.id)};
        if (event.id <= query.until)
            events.push_back(event);
        else if (!query.newest)
            break;
    }
    if (!isDone || select.lastError().isValid())
        return faultOf(select.lastError());
    if (query.newest)
        std::ranges::reverse(events);
    return events;
}

std::variant<qint64, StoreFault> EventStore::greatestId()
{
    QSqlQuery select(m_database);
    if (!select.exec(u"SELECT max(id) FROM events"_s) || !select.next())
        return faultOf(select.lastError());
    return select.value(0).toLongLong();
}

std::variant<GoneEvents, StoreFault> EventStore::prune(
    std::chrono::milliseconds oldest, qint64 mostBytes)
{
    QString which
        = u"SELECT id FROM events WHERE at < %1 ORDER BY at LIMIT %2"_s.arg(oldest.count())
              .arg(prunedAtOnce);
    if (usedBytes() > mostBytes)
        which = u"SELECT id FROM events ORDER BY id LIMIT %1"_s.arg(prunedAtOnce);
    return removeThose(which);
}

std::variant<GoneEvents, StoreFault> EventStore::removeThose(const QString &which)
{
    QSqlQuery count(m_database);
    if (!count.exec(u"SELECT count(*), min(id), max(id) FROM (%1)"_s.arg(which)) || !count.next())
        return faultOf(count.lastError());
    const GoneEvents gone{.count = count.value(0).toLongLong(),
        .ids = {count.value(1).toLongLong(), count.value(2).toLongLong()}};
    count.finish();
    if (gone.count == 0)
        return gone;
    if (auto fault = run(u"DELETE FROM events WHERE id IN (%1)"_s.arg(which)))
        return *std::move(fault);
    return gone;
}

qint64 EventStore::usedBytes()
{
    return (number(u"PRAGMA page_count"_s) - number(u"PRAGMA freelist_count"_s))
        * number(u"PRAGMA page_size"_s);
}

qint64 EventStore::bytesOnDisk() const
{
    return QFileInfo(m_path).size() + QFileInfo(m_path + u"-wal"_s).size();
}

EventStore::Outcome EventStore::run(const QString &sql)
{
    QSqlQuery query(m_database);
    return query.exec(sql) ? std::nullopt : std::optional(faultOf(query.lastError()));
}

qint64 EventStore::number(const QString &sql)
{
    QSqlQuery query(m_database);
    return query.exec(sql) && query.next() ? query.value(0).toLongLong() : 0;
}

StoreFault EventStore::faultOf(const QSqlError &error)
{
    const QString text
        = m_database.isValid() ? error.databaseText() : u"Qt's driver QSQLITE is not installed"_s;
    return {kindOf(error.nativeErrorCode().toInt()), u"%1: %2"_s.arg(m_path, text)};
}

} // namespace semper
