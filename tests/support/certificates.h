// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace semper::test {

/// Certificates that openssl(1) makes for a test: in a folder of its own, good for two days, for
/// localhost and 127.0.0.1. Every call blocks for some milliseconds.
class Certificates
{
public:
    /// Makes NAME.pem and NAME.key, signed by itself. False, and nothing else, without openssl.
    [[nodiscard]] bool make(const QString &name, const QString &commonName)
    {
        return openssl(request(name, commonName)
            + QStringList{QStringLiteral("-addext"),
                QStringLiteral("subjectAltName=DNS:localhost,IP:127.0.0.1")});
    }
    /// The same, signed by \a authority, which was made before.
    [[nodiscard]] bool makeSigned(
        const QString &name, const QString &commonName, const QString &authority)
    {
        return openssl(request(name, commonName)
            + QStringList{QStringLiteral("-CA"), certificate(authority), QStringLiteral("-CAkey"),
                key(authority)});
    }

    [[nodiscard]] QString certificate(const QString &name) const
    {
        return m_folder.filePath(name + QStringLiteral(".pem"));
    }
    [[nodiscard]] QString key(const QString &name) const
    {
        return m_folder.filePath(name + QStringLiteral(".key"));
    }
    [[nodiscard]] QString folder() const { return m_folder.path(); }

private:
    [[nodiscard]] QStringList request(const QString &name, const QString &commonName) const
    {
        return {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
            QStringLiteral("ec"), QStringLiteral("-pkeyopt"),
            QStringLiteral("ec_paramgen_curve:prime256v1"), QStringLiteral("-nodes"),
            QStringLiteral("-days"), QStringLiteral("2"), QStringLiteral("-subj"),
            QStringLiteral("/CN=") + commonName, QStringLiteral("-out"), certificate(name),
            QStringLiteral("-keyout"), key(name)};
    }

    [[nodiscard]] static bool openssl(const QStringList &arguments)
    {
        QProcess process;
        process.setStandardErrorFile(QProcess::nullDevice());
        process.start(QStringLiteral("openssl"), arguments);
        return process.waitForFinished(20000) && process.exitStatus() == QProcess::NormalExit
            && process.exitCode() == 0;
    }

    QTemporaryDir m_folder;
};

} // namespace semper::test
