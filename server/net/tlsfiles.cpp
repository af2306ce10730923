// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsfiles.h"

#include "files/trustedpath.h"
#include "protocol/keys.h"

#include <QFile>
#include <QScopeGuard>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>

#include <array>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 largestFile = 1024 * 1024;

enum class Secret { No, Yes };

/// The second alternative says why it cannot be had.
std::variant<QByteArray, QString> readFile(const QString &path, Secret secret)
{
    const int descriptor
        = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return u"cannot read %1: %2"_s.arg(path, qt_error_string(errno));
    QFile file;
    struct stat info = {};
    if (!file.open(descriptor, QIODevice::ReadOnly, QFile::AutoCloseHandle)
        || ::fstat(descriptor, &info) != 0)
        return u"cannot read %1: %2"_s.arg(path, qt_error_string(errno));
    if (!S_ISREG(info.st_mode))
        return u"%1 is no plain file"_s.arg(path);
    if (secret == Secret::Yes && (info.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return u"others may use %1 (mode 0%2); chmod it to 0600 or 0640"_s.arg(path).arg(
            info.st_mode & 07777, 3, 8, QChar(u'0'));
    // Whoever can change the authorities decides who is let in.
    if (const auto distrust = ::geteuid() == 0 ? distrustOfPath(path) : std::nullopt)
        return *distrust + remedyForDistrust();
    if (info.st_size > largestFile)
        return u"%1 is larger than %2 bytes"_s.arg(path).arg(largestFile);
    return file.read(largestFile);
}

std::variant<QList<QSslCertificate>, QString> readCertificates(const QString &path)
{
    const auto bytes = readFile(path, Secret::No);
    if (const auto *reason = std::get_if<QString>(&bytes))
        return *reason;
    QList<QSslCertificate> list = QSslCertificate::fromData(std::get<QByteArray>(bytes), QSsl::Pem);
    if (list.isEmpty())
        return u"%1 holds no certificate in PEM"_s.arg(path);
    return list;
}

std::variant<QSslKey, QString> readKey(const QString &path)
{
    const auto bytes = readFile(path, Secret::Yes);
    if (const auto *reason = std::get_if<QString>(&bytes))
        return *reason;
    for (const auto algorithm : {QSsl::Rsa, QSsl::Ec, QSsl::Dsa}) {
        const QSslKey key(std::get<QByteArray>(bytes), algorithm, QSsl::Pem, QSsl::PrivateKey);
        if (!key.isNull())
            return key;
    }
    return u"%1 holds no private key in PEM that needs no passphrase"_s.arg(path);
}

/// What OpenSSL has against certificate and key together; it looks as soon as a handshake begins.
std::optional<QString> misfit(const QSslConfiguration &configuration)
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
        return qt_error_string(errno);
    const auto close = qScopeGuard([&ends] { ::close(ends[1]); });
    QSslSocket probe;
    if (!probe.setSocketDescriptor(ends[0])) {
        ::close(ends[0]);
        return probe.errorString();
    }
    probe.setSslConfiguration(configuration);
    probe.startServerEncryption();
    if (probe.error() == QAbstractSocket::SslInternalError
        || probe.error() == QAbstractSocket::SslInvalidUserDataError)
        return probe.errorString();
    return std::nullopt;
}

} // namespace

std::variant<QSslConfiguration, TlsFault> readTlsFiles(const TlsSpec &spec)
{
    if (!QSslSocket::supportsSsl())
        return TlsFault{keys::certificate, u"Qt finds no TLS library on this machine"_s};
    const auto certificates = readCertificates(spec.certificate);
    if (const auto *reason = std::get_if<QString>(&certificates))
        return TlsFault{keys::certificate, *reason};
    const auto key = readKey(spec.key);
    if (const auto *reason = std::get_if<QString>(&key))
        return TlsFault{keys::key, *reason};

    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setLocalCertificateChain(std::get<QList<QSslCertificate>>(certificates));
    configuration.setPrivateKey(std::get<QSslKey>(key));
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setCaCertificates({}); // or the machine's own would vouch for clients
    if (!spec.clientCa.isEmpty()) {
        const auto authorities = readCertificates(spec.clientCa);
        if (const auto *reason = std::get_if<QString>(&authorities))
            return TlsFault{keys::clientCa, *reason};
        configuration.setCaCertificates(std::get<QList<QSslCertificate>>(authorities));
        configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    }
    if (const auto reason = misfit(configuration))
        return TlsFault{
            keys::key, u"%1 does not fit %2: %3"_s.arg(spec.key, spec.certificate, *reason)};
    return configuration;
}

} // namespace semper
