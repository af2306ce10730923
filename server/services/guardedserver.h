// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/httpguard.h"
#include "services/httplimits.h"
#include "spec/listenaddress.h"

#include <semper/connection.h>

#include <QList>
#include <QMap>
#include <QStringList>
#include <QTcpServer>
#include <QTimer>

#include <optional>

namespace semper {

/// A listener, on TCP or a Unix socket, that puts an HttpGuard on every connection before
/// QHttpServer sees it, and ends what is over its time. Without connections it never wakes up.
class SEMPER_SERVER_EXPORT GuardedServer : public QTcpServer
{
    Q_OBJECT
public:
    explicit GuardedServer(
        const HttpLimits &limits, Admission admission = {}, QObject *parent = nullptr);
    ~GuardedServer() override;

    /// Binds \a address; a Unix socket gets mode 0600, and a stale one is replaced. Nothing, or
    /// why it could not, in a sentence that names the address. A host name is resolved here,
    /// which blocks; literals and "localhost" do not.
    [[nodiscard]] std::optional<QString> listenOn(const ListenAddress &address);
    /// Takes no more connections, gives up its address, and deletes itself once the connections
    /// that are open have ended, after 60 s at the latest.
    void retire();
    /// "http://127.0.0.1:18306" with the real port, or "unix:/run/x.sock"; empty while not bound.
    [[nodiscard]] QStringList addresses() const;
    /// Open now, oldest first.
    [[nodiscard]] QList<Connection> connections() const;

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    [[nodiscard]] std::optional<QString> listenOnTcp(const ListenAddress &address);
    [[nodiscard]] std::optional<QString> listenOnPath(const ListenAddress &address);
    void sweep();
    void forget(quint64 id);
    void giveUpPath();

    HttpLimits m_limits;
    Admission m_admission;
    QMap<quint64, HttpGuard *> m_guards; ///< by connection id
    quint64 m_lastId = 0;
    QTimer m_sweep;
    QTimer m_resume; ///< accepting, after the process ran out of descriptors
    bool m_starved = false; ///< the last connection could not be accepted
    bool m_retired = false;
    QString m_path; ///< of the Unix socket this server made
};

} // namespace semper
