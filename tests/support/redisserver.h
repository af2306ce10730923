// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/certificates.h"

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace semper::test {

/// A real `redis-server` on a loopback port and a local socket, with a folder of its own and
/// nothing on disk. Every call blocks for at most 20 s. It goes with this, by SIGKILL.
class RedisServer
{
public:
    enum class Tls { No, Yes };

    /// \a options are lines of its configuration, as arguments: "--requirepass", "secret".
    explicit RedisServer(const QStringList &options = {}, Tls tls = Tls::No);
    RedisServer(const RedisServer &) = delete;
    RedisServer &operator=(const RedisServer &) = delete;
    ~RedisServer();

    /// Whether there is a redis-server on this machine.
    [[nodiscard]] static bool isInstalled();

    /// Starts it, the second time on the same port, and waits until it answers.
    [[nodiscard]] bool start();
    /// SIGKILL. All data is gone unless it was configured to be kept.
    void kill();
    void freeze(); ///< SIGSTOP
    void thaw();
    /// What `redis-cli` says to \a words, without the newline at its end.
    [[nodiscard]] QByteArray cli(const QStringList &words);

    [[nodiscard]] quint16 port() const { return m_port; }
    /// redis://127.0.0.1:PORT or rediss://localhost:PORT with its own authority.
    [[nodiscard]] QString url() const;
    [[nodiscard]] QString path(const QString &name) const { return m_folder.filePath(name); }
    /// With TLS: the file of who vouches for it.
    [[nodiscard]] QString authority() const
    {
        return m_certificates.certificate(QStringLiteral("ca"));
    }
    [[nodiscard]] QString log() const { return QString::fromUtf8(m_log); }

private:
    [[nodiscard]] bool makeCertificates();
    [[nodiscard]] QStringList arguments() const;

    QTemporaryDir m_folder;
    Certificates m_certificates;
    QProcess m_process;
    QStringList m_options;
    Tls m_tls;
    quint16 m_port = 0;
    QByteArray m_log;
};

} // namespace semper::test
