// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/configoverlay.h"
#include "config/configlayers.h"

#include <semper/serverapplication.h>
#include <semper/tcpservice.h>

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

const TlsSpec ownTls{.certificate = u"/own.pem"_s, .key = u"/own.key"_s};
const TlsSpec otherTls{.certificate = u"/other.pem"_s, .key = u"/other.key"_s};

ListenerSpec listenerAt(quint16 port)
{
    return {.address = {.host = u"127.0.0.1"_s, .port = port, .path = {}}};
}

/// A program with a listener of its own, and a further one.
void setUp(ServerApplication &application)
{
    auto &service = application.addService<TcpService>(
        u"raw"_s, {.listen = u"127.0.0.1:1"_s, .tls = ownTls, .framing = u"length"_s});
    service.addListener(
        u"more"_s, {.listen = u"127.0.0.1:2"_s, .tls = ownTls, .framing = u"raw"_s});
}

/// A file that moves both listeners and adds one.
ServerConfig movedBy(quint16 ports)
{
    ServiceSpec spec{
        .name = u"raw"_s, .type = u"tcp"_s, .main = listenerAt(ports), .processes = {}};
    spec.listeners.insert(u"more"_s, listenerAt(quint16(ports + 1)));
    spec.listeners.insert(u"new"_s, listenerAt(quint16(ports + 2)));
    ServerConfig config;
    config.services.append(spec);
    return config;
}

} // namespace

class TestConfigOverlay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aListenerThatIsMovedKeepsItsTlsAndFraming();
    void whatTheFileSaysOfAListenerHolds();
    void anUnchangedFileIsNoChange();
};

void TestConfigOverlay::aListenerThatIsMovedKeepsItsTlsAndFraming()
{
    ServerApplication application;
    setUp(application);
    QCOMPARE(layConfigOver(application, movedBy(11)), std::nullopt);
    const QMap<QString, ListenerSpec> listeners = application.service(u"raw"_s)->listeners();
    QCOMPARE(listeners.value(QString()).address.port, 11);
    QCOMPARE(listeners.value(QString()).tls, ownTls);
    QCOMPARE(listeners.value(QString()).framing, u"length"_s);
    QCOMPARE(listeners.value(u"more"_s).address.port, 12);
    QCOMPARE(listeners.value(u"more"_s).tls, ownTls);
    QCOMPARE(listeners.value(u"more"_s).framing, u"raw"_s);
    QCOMPARE(listeners.value(u"new"_s).tls, std::nullopt);
}

void TestConfigOverlay::whatTheFileSaysOfAListenerHolds()
{
    ServerApplication application;
    setUp(application);
    ServerConfig config = movedBy(11);
    config.services.first().main.tls = otherTls;
    config.services.first().main.framing = u"newline"_s;
    QCOMPARE(layConfigOver(application, config), std::nullopt);
    const ListenerSpec main = application.service(u"raw"_s)->listeners().value(QString());
    QCOMPARE(main.tls, otherTls);
    QCOMPARE(main.framing, u"newline"_s);
}

/// A reload compares what it lays over the program with what was laid over it before.
void TestConfigOverlay::anUnchangedFileIsNoChange()
{
    ServerApplication application;
    setUp(application);
    const QList<ServiceSpec> program = describeServices(application);
    QCOMPARE(layConfigOver(application, movedBy(11)), std::nullopt);
    ServerConfig config = movedBy(11);
    layOverProgram(program, config);
    QCOMPARE(
        config.services.constFirst().allListeners(), application.service(u"raw"_s)->listeners());
}

QTEST_GUILESS_MAIN(TestConfigOverlay)
#include "tst_configoverlay.moc"
