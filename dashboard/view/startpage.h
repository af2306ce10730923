// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace semper::dashboard {

/// What the window shows while there is no server to show: where it looks, how to start one,
/// and a choice where several run.
class StartPage : public QWidget
{
    Q_OBJECT
public:
    explicit StartPage(QWidget *parent = nullptr);

    /// No server runs; looked in \a directory.
    void showNone(const QString &directory);
    /// Waits for the server at \a socketPath; \a problem says why it is not there.
    void showWaiting(const QString &socketPath, const QString &problem);
    /// Each of \a sockets is offered.
    void showChoice(const QStringList &sockets);

Q_SIGNALS:
    void chosen(const QString &socketPath);

private:
    void showHint(const QString &title, const QString &text, const QString &command);

    QLabel *m_title;
    QLabel *m_text;
    QLabel *m_command;
    QWidget *m_commandRow;
    QLabel *m_footnote;
    QVBoxLayout *m_choices;
    QStringList m_offered;
};

} // namespace semper::dashboard
