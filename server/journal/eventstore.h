// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/eventquery.h"
#include "journal/journalevent.h"
#include "journal/storefault.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>

#include <chrono>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <sys/types.h>

namespace semper {

/// The events in one file of SQLite, which nobody else may open meanwhile. It blocks, for as long
/// as the disk does. After a fault it has to be closed, which undoes what was half done. One
/// thread's.
class SEMPER_SERVER_EXPORT EventStore
{
public:
    explicit EventStore(QString path);
    ~EventStore();
    Q_DISABLE_COPY_MOVE(EventStore)

    using Outcome = std::optional<StoreFault>; ///< nothing: done

    /// Opens the file, and creates it with mode 0600 where there is none.
    [[nodiscard]] Outcome open();
    void close();
    [[nodiscard]] bool isOpen() const { return m_database.isOpen(); }
    /// The file at its path is the one that is open.
    [[nodiscard]] bool isInPlace() const;
    [[nodiscard]] const QString &path() const { return m_path; }

    /// All or none. They survive the end of the server, however that comes; where they are
    /// \a precious, also that of the machine. Events that are there already are left as they are.
    [[nodiscard]] Outcome append(const std::vector<JournalEvent> &events, bool precious);
    /// Those that \a query asks for, their ids and their text: at most its limit, and one more,
    /// where there is one, only to tell that.
    [[nodiscard]] std::variant<std::vector<JournalEvent>, StoreFault> read(const EventQuery &query);
    /// 0 without events.
    [[nodiscard]] std::variant<qint64, StoreFault> greatestId();

    /// Removes some of the oldest: of those from before \a oldest, and while the rest takes more
    /// than \a mostBytes. Removes a bounded number at once.
    [[nodiscard]] std::variant<GoneEvents, StoreFault> prune(
        std::chrono::milliseconds oldest, qint64 mostBytes);
    /// What the events take of the file.
    [[nodiscard]] qint64 usedBytes();
    /// What the files take of the disk.
    [[nodiscard]] qint64 bytesOnDisk() const;

private:
    [[nodiscard]] Outcome createFile();
    [[nodiscard]] Outcome prepare();
    [[nodiscard]] Outcome createTables();
    [[nodiscard]] Outcome checkTables();
    [[nodiscard]] Outcome run(const QString &sql);
    [[nodiscard]] qint64 number(const QString &sql);
    [[nodiscard]] Outcome write(const std::vector<JournalEvent> &events);
    [[nodiscard]] std::variant<GoneEvents, StoreFault> removeThose(const QString &which);
    [[nodiscard]] StoreFault faultOf(const QSqlError &error);

    const QString m_path;
    const QString m_name; ///< of the connection
    QSqlDatabase m_database;
    std::optional<QSqlQuery> m_insert;
    std::pair<dev_t, ino_t> m_file; ///< the one that is open
    bool m_syncsAlways = false;
};

} // namespace semper
