// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFile>
#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace semper::test {

/// Certificates that openssl(1) makes for a test: in a folder of its own, good for two days.
/// Making one blocks for some milliseconds.
class Certificates
{
public:
    /// What clients of a server on this machine may call it by.
    static inline const QString local = QStringLiteral("DNS:localhost,IP:127.0.0.1");

    /// Makes NAME.pem and NAME.key, signed by itself. False, and nothing else, without openssl.
    [[nodiscard]] bool make(
        const QString &name, const QString &commonName, const QString &alternatives = local)
    {
        return openssl(request(name, commonName, alternatives));
    }
    /// The same, signed by \a authority, which was made before.
    [[nodiscard]] bool makeSigned(const QString &name, const QString &commonName,
        const QString &authority, const QString &alternatives = local)
    {
        return openssl(request(name, commonName, alternatives)
            + QStringList{QStringLiteral("-addext"), QStringLiteral("basicConstraints=CA:FALSE"),
                QStringLiteral("-CA"), certificate(authority), QStringLiteral("-CAkey"),
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

    /// The certificate itself, as PEM.
    [[nodiscard]] QByteArray pem(const QString &name) const { return content(certificate(name)); }
    /// What a server of the test encrypts with.
    [[nodiscard]] QSslConfiguration tls(const QString &name) const
    {
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setLocalCertificate(QSslCertificate(pem(name)));
        configuration.setPrivateKey(QSslKey(content(key(name)), QSsl::Ec));
        return configuration;
    }

private:
    [[nodiscard]] static QByteArray content(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    [[nodiscard]] QStringList request(
        const QString &name, const QString &commonName, const QString &alternatives) const
    {
        return {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
            QStringLiteral("ec"), QStringLiteral("-pkeyopt"),
            QStringLiteral("ec_paramgen_curve:prime256v1"), QStringLiteral("-nodes"),
            QStringLiteral("-days"), QStringLiteral("2"), QStringLiteral("-subj"),
            QStringLiteral("/CN=") + commonName, QStringLiteral("-addext"),
            QStringLiteral("subjectAltName=") + alternatives, QStringLiteral("-out"),
            certificate(name), QStringLiteral("-keyout"), key(name)};
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
