// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/startpage.h"

#include "files/trustedpath.h"
#include "view/tintedicon.h"

#include <QClipboard>
#include <QFileInfo>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

namespace {

constexpr int logoSize = 72;
constexpr int textWidth = 520;

QLabel *makeLabel(double scale, bool bold, QWidget *parent)
{
    auto *label = new QLabel(parent);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * scale);
    font.setBold(bold);
    label->setFont(font);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignCenter);
    return label;
}

} // namespace

StartPage::StartPage(QWidget *parent)
    : QWidget(parent)
    , m_title(makeLabel(1.5, true, this))
    , m_text(makeLabel(1, false, this))
    , m_command(new QLabel(this))
    , m_commandRow(new QWidget(this))
    , m_footnote(makeLabel(0.92, false, this))
    , m_choices(new QVBoxLayout)
{
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    auto *logo = new QLabel(this);
    logo->setPixmap(
        QIcon(u":/icons/semper.svg"_s).pixmap(QSize(logoSize, logoSize), devicePixelRatioF()));
    logo->setAlignment(Qt::AlignCenter);
    m_command->setTextFormat(Qt::PlainText);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_command->setAccessibleName(tr("Command that starts a server"));
    m_footnote->setForegroundRole(QPalette::PlaceholderText);
    auto *copy = new QPushButton(tintedIcon(u"copy"_s), tr("Copy"), this);
    copy->setAccessibleName(tr("Copy the command"));
    connect(copy, &QPushButton::clicked, this,
        [this] { QGuiApplication::clipboard()->setText(m_command->text()); });
    auto *row = new QHBoxLayout(m_commandRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    row->addStretch();
    row->addWidget(m_command);
    row->addWidget(copy);
    row->addStretch();
    m_choices->setSpacing(6);
    // A column of a fixed width, so that wrapped lines get the height they need.
    auto *column = new QWidget(this);
    column->setFixedWidth(textWidth);
    auto *outer = new QHBoxLayout(this);
    outer->addWidget(column);
    auto *layout = new QVBoxLayout(column);
    layout->setSpacing(12);
    layout->addStretch(2);
    layout->addWidget(logo);
    layout->addWidget(m_title);
    layout->addWidget(m_text);
    layout->addLayout(m_choices);
    layout->addWidget(m_commandRow);
    layout->addSpacing(8);
    layout->addWidget(m_footnote);
    layout->addStretch(3);
}

void StartPage::showNone(const QString &directory)
{
    showChoice({});
    showHint(tr("No server is running"),
        tr("This window connects by itself as soon as one starts. To see Semper at work, start "
           "the demo:"),
        u"semper serve --demo"_s);
    const auto distrust = distrustOfPath(directory);
    m_footnote->setText(distrust ? tr("Not looking into %1, where others could put their own: %2")
                                       .arg(directory, *distrust)
                                 : tr("Looking for sockets of this user in %1").arg(directory));
}

void StartPage::showWaiting(const QString &socketPath, const QString &problem)
{
    showChoice({});
    showHint(tr("Waiting for the server"),
        tr("This window connects by itself as soon as a server listens at %1. Start it there "
           "with:")
            .arg(socketPath),
        u"semper serve --demo --socket %1"_s.arg(socketPath));
    m_footnote->setText(problem.isEmpty() ? QString() : tr("Last attempt: %1").arg(problem));
}

void StartPage::showChoice(const QStringList &sockets)
{
    if (!sockets.isEmpty()) {
        showHint(tr("Choose a server"),
            tr("%n server(s) of this user are running.", nullptr, int(sockets.size())), {});
        m_footnote->setText({});
    }
    if (m_offered == sockets)
        return;
    m_offered = sockets;
    while (QLayoutItem *item = m_choices->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const QString &socket : sockets) {
        auto *button = new QPushButton(tintedIcon(u"server"_s),
            u"%1   %2"_s.arg(QFileInfo(socket).completeBaseName(), socket));
        button->setAccessibleName(tr("Connect to %1").arg(socket));
        button->setMinimumSize(360, 36);
        connect(button, &QPushButton::clicked, this, [this, socket] { Q_EMIT chosen(socket); });
        m_choices->addWidget(button, 0, Qt::AlignHCenter);
    }
}

void StartPage::showHint(const QString &title, const QString &text, const QString &command)
{
    m_title->setText(title);
    m_text->setText(text);
    m_command->setText(command);
    m_commandRow->setVisible(!command.isEmpty());
}

} // namespace semper::dashboard
