// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "database/sqlconnection.h"

#include <QFuture>
#include <QPromise>

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace semper {

/// What a job on a connection came to.
struct JobOutcome
{
    std::shared_ptr<SqlResult> result; ///< to be taken: a future keeps what it has been given
    std::exception_ptr error; ///< in place of the result
    bool isUnreachable = false; ///< no connection could be made
    bool isConnected = false; ///< afterwards
};

/// A thread with one connection. It belongs to nobody: it ends by itself after close(), and who
/// destroys the QCoreApplication waits for it, a little. All calls from the main thread.
class ConnectionThread
{
public:
    using Job = std::function<SqlResult(SqlConnection &)>;

    [[nodiscard]] static std::shared_ptr<ConnectionThread> start(const DatabaseOptions &options);
    explicit ConnectionThread(const DatabaseOptions &options);
    Q_DISABLE_COPY_MOVE(ConnectionThread)

    /// One at a time.
    [[nodiscard]] QFuture<JobOutcome> run(Job job);
    /// When the job that runs is done.
    void close();
    /// Ends the statement of the job that runs.
    void interrupt() { m_connection.interrupt(); }

private:
    void loop();
    [[nodiscard]] JobOutcome perform(const Job &job);

    SqlConnection m_connection;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::optional<std::pair<Job, QPromise<JobOutcome>>> m_next; ///< by m_mutex
    bool m_closing = false; ///< by m_mutex
};

} // namespace semper
